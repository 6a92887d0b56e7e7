//! The ways to a shell on a target: over ssh, into a running container of this machine, or into a folder that is a root of its
//! own.

use crate::config::checked::is_container;
use crate::world::disk;
use crate::world::process::Fed;
use patchform_sdk::digest;
use patchform_sdk::message::{Connection, RpcError};
use serde_json::Value;

/// How long a connection may take to come up, in seconds.
pub const CONNECT: u64 = 10;

/// A way to a shell.
pub enum Way {
    /// Over ssh.
    Ssh {
        /// As the user named it.
        host: String,
        /// Arguments of every call, up to the host.
        options: Vec<String>,
        /// What runs there.
        shell: &'static str,
        /// `ControlPath=` where the shared connection's socket lies.
        socket: String,
        /// `ControlPersist=` how long that stays open unused, in seconds.
        persist: String,
    },
    /// Into a root in a folder.
    Chroot {
        /// The folder.
        path: String,
    },
    /// Into a container of systemd-nspawn.
    Container {
        /// What machinectl calls it.
        name: String,
    },
}

/// Finds a container, and enters it.
const ENTER: &str = include_str!("container.sh");

impl Way {
    /// The way that a connection names; a shared connection stays open for `persist` seconds after its last use.
    ///
    /// # Errors
    /// When it names no host or no folder, or the shared connection's socket has no place.
    pub fn of(connection: &Connection, persist: u32) -> Result<Way, RpcError> {
        let named = |argument: &str| connection.arguments.get(argument).and_then(Value::as_str);
        match connection.kind.as_str() {
            "chroot" => {
                let path = named("path").filter(|path| path.starts_with('/')).ok_or_else(|| {
                    RpcError::invalid_params("the chroot connection names no absolute path")
                })?;
                Ok(Way::Chroot { path: path.into() })
            }
            "container" => {
                let name = named("name").filter(|name| is_container(name)).ok_or_else(|| {
                    RpcError::invalid_params("the container connection has no name of a container")
                })?;
                Ok(Way::Container { name: name.into() })
            }
            _ => Way::over_ssh(connection, persist),
        }
    }

    fn over_ssh(connection: &Connection, persist: u32) -> Result<Way, RpcError> {
        let text = |name: &str| connection.arguments.get(name).and_then(Value::as_str);
        let host = text("host").filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| RpcError::invalid_params("the ssh connection names no host"))?;
        let mut options: Vec<String> = Vec::new();
        let port = connection.arguments.get("port").and_then(Value::as_u64).map(|port| port.to_string());
        let named =
            [("-F", text("config")), ("-p", port.as_deref()), ("-l", text("user")), ("-i", text("identity"))];
        for (option, value) in named {
            options.extend(value.into_iter().flat_map(|value| [option.to_string(), value.to_string()]));
        }
        let fixed = [
            // Nobody is there to be asked.
            "BatchMode=yes".to_string(),
            format!("ConnectTimeout={CONNECT}"),
            "ServerAliveInterval=5".into(),
            "ServerAliveCountMax=3".into(),
            "ClearAllForwardings=yes".into(),
            "LogLevel=ERROR".into(),
        ];
        options.extend(fixed.into_iter().flat_map(|option| ["-o".to_string(), option]));
        if text("identity").is_some() {
            options.extend(["-o".into(), "IdentitiesOnly=yes".into()]);
        }
        let sudo = connection.arguments.get("sudo").and_then(Value::as_bool) == Some(true);
        let shell = if sudo { "exec sudo -n -- /bin/sh -s" } else { "exec /bin/sh -s" };
        let folder = disk::private_folder("patchform-ssh")
            .map_err(|e| RpcError::internal(format!("the sockets of ssh have no place: {e}")))?;
        // Whoever logs in otherwise has another connection. (A socket's path has at most 104 bytes.)
        let name = digest::of_bytes(options.join("\n").as_bytes());
        let socket = format!("ControlPath={}/{}-%C", folder.display(), &name[..8]);
        let persist = format!("ControlPersist={persist}");
        Ok(Way::Ssh { host: host.to_string(), options, shell, socket, persist })
    }

    /// Whether it is logged in to.
    pub fn is_far(&self) -> bool {
        matches!(self, Way::Ssh { .. })
    }

    /// Whether it may be away for a while: it boots.
    pub fn boots(&self) -> bool {
        !matches!(self, Way::Chroot { .. })
    }

    /// How a person calls what is there.
    pub fn name(&self) -> &str {
        match self {
            Way::Ssh { host, .. } => host,
            Way::Chroot { path } => path,
            Way::Container { name } => name,
        }
    }

    /// The program that gives a shell its script by standard input. `fresh`: over a connection of its own.
    pub fn command(&self, fresh: bool) -> (&'static str, Vec<String>) {
        match self {
            Way::Chroot { path } => ("chroot", ["--", path, "/bin/sh", "-s"].map(str::to_string).into()),
            Way::Container { name } => ("sh", ["-c", ENTER, "sh", name].map(str::to_string).into()),
            Way::Ssh { host, options, shell, socket, persist } => {
                let sharing = match fresh {
                    true => vec!["ControlPath=none", "ControlMaster=no"],
                    false => vec!["ControlMaster=auto", persist, socket],
                };
                let mut arguments = options.clone();
                arguments.push("-T".into());
                arguments
                    .extend(sharing.into_iter().flat_map(|option| ["-o".to_string(), option.to_string()]));
                arguments.extend(["--".to_string(), host.clone(), (*shell).to_string()]);
                ("ssh", arguments)
            }
        }
    }

    /// Why there is no answer, in a sentence.
    pub fn unreached(&self, fed: &Fed) -> String {
        let log = String::from_utf8_lossy(&fed.stderr);
        let said = log.lines().map(str::trim).rfind(|line| !line.is_empty());
        match self {
            Way::Ssh { host, .. } => lost(host, &log, said, fed.ended),
            Way::Container { name } => unentered(&format!("container {name}"), "", said, fed.ended),
            Way::Chroot { path } => unentered(path, " as a root of its own", said, fed.ended),
        }
    }
}

/// Why the key that a host has shown is not trusted, if that is what `log` says. `login` is
/// what ssh is given to reach it, the host at the end.
pub fn untrusted(login: &str, log: &str) -> Option<String> {
    let host = login.rsplit(' ').next().unwrap_or(login);
    if log.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        // ssh knows which name and which file the key stands under; `host` may be an alias of its configuration.
        let own = log.lines().map(str::trim).find(|line| line.starts_with("ssh-keygen "));
        let command = own.map_or_else(|| format!("ssh-keygen -R {host}"), str::to_string);
        return Some(format!(
            "the host key of {host} has changed: it is another machine, or somebody stands in between. If it was \
             set up anew, remove the old key with `{command}`"
        ));
    }
    log.contains("Host key verification failed").then(|| {
        format!(
            "the host key of {host} is not known here: compare it with what its operator says, and accept it by \
             logging in once as the user who runs patchform (`ssh {login}`)"
        )
    })
}

/// Why a shell in a place of this machine does not answer; `how` it is entered.
fn unentered(place: &str, how: &str, said: Option<&str>, ended: bool) -> String {
    match (ended, said) {
        (false, _) => format!("the shell in {place} did not answer in time"),
        (true, Some(said)) => format!("{place} cannot be entered{how}: {said}"),
        (true, None) => format!("{place} cannot be entered{how}"),
    }
}

/// Why a host does not answer over ssh.
fn lost(host: &str, log: &str, said: Option<&str>, ended: bool) -> String {
    if let Some(why) = untrusted(host, log) {
        return why;
    }
    match (ended, said) {
        (false, _) => format!("{host} did not answer over ssh in time"),
        (true, Some(said)) if said.starts_with("sudo:") => {
            format!("{host} answers over ssh, but does not let this user act as root: {said}")
        }
        (true, Some(said)) => format!("{host} cannot be reached over ssh: {said}"),
        (true, None) => format!("the ssh connection to {host} was lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn arguments(given: Value, fresh: bool) -> String {
        let arguments = serde_json::from_value(given).unwrap();
        let way = Way::of(&Connection { kind: "ssh".into(), arguments }, 60).unwrap();
        let Way::Ssh { socket, .. } = &way else { panic!() };
        assert!(socket.starts_with("ControlPath=/") && socket.ends_with("-%C"), "{socket}");
        way.command(fresh).1.join(" ").replace(socket, "SOCKET")
    }

    #[test]
    fn what_ssh_is_asked() {
        let fixed = "-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o \
                     ClearAllForwardings=yes -o LogLevel=ERROR";
        assert_eq!(
            arguments(json!({ "host": "db-1" }), false),
            format!(
                "{fixed} -T -o ControlMaster=auto -o ControlPersist=60 -o SOCKET -- db-1 exec /bin/sh -s"
            )
        );
        let all = json!({ "host": "h", "port": 2222, "user": "ops", "identity": "id", "config": "c", "sudo": true });
        assert_eq!(
            arguments(all, true),
            format!(
                "-F c -p 2222 -l ops -i id {fixed} -o IdentitiesOnly=yes -T -o ControlPath=none -o ControlMaster=no -- h exec \
                 sudo -n -- /bin/sh -s"
            )
        );
        let none = Connection { kind: "ssh".into(), arguments: BTreeMap::new() };
        assert!(Way::of(&none, 60).is_err());
        let chroot = |path: &str| {
            let arguments = [("path".to_string(), json!(path))].into();
            Way::of(&Connection { kind: "chroot".into(), arguments }, 60)
                .map(|way| way.command(true).1.join(" "))
        };
        assert_eq!(chroot("/srv/root").unwrap(), "-- /srv/root /bin/sh -s");
        assert!(chroot("root").is_err());
        let container = |name: &str| {
            let arguments = [("name".to_string(), json!(name))].into();
            Way::of(&Connection { kind: "container".into(), arguments }, 60).map(|way| way.command(false))
        };
        let (program, words) = container("web-1").unwrap();
        assert_eq!(
            (program, &words[0][..], &words[2..]),
            ("sh", "-c", &["sh".to_string(), "web-1".into()][..])
        );
        for name in ["", "-a", "a b", "a/b", "$(id)"] {
            assert!(container(name).is_err(), "{name}");
        }
    }
}
