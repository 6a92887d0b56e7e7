//! Which script does an action, with what. Pure.

use crate::arguments::{Arguments, Back, Reboot, packages};
use crate::manager::Manager;
use crate::pins::{Pin, Pins, Purpose};
use crate::script::{Call, Script};
use patchform_sdk::detached::{check_id, safe_id};
use patchform_sdk::ended::{OUTPUT, Said};
use patchform_sdk::line::tail;
use patchform_sdk::message::{
    Act, Action, Ailment, CommandLine, Coverage, Done, Reload, Snapshot, SnapshotRef,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The call that does an action.
///
/// # Errors
/// Why it cannot be done: a promise that nothing changed.
pub fn call(
    manager: &'static Manager,
    action: Action,
    act: &Act,
    arguments: &Arguments,
) -> Result<Call, String> {
    let call = |script, arguments: &[String], stdin| {
        Ok(Call { manager, script, arguments: arguments.to_vec(), stdin })
    };
    let seconds = arguments.lock().as_secs().to_string();
    match action {
        Action::Fetch => {
            let pins = Pins::of(manager, &act.artifacts)?;
            let lines =
                pins.0.iter().map(|pin| format!("{} {} {}\n", pin.address, pin.file(manager), pin.sha256));
            call(Script::Fetch, &[], lines.collect())
        }
        Action::Snapshot => {
            call(Script::Snapshot, &[snapshot(act)?, arguments.how_back()], to_keep(manager, act)?)
        }
        Action::Patch => {
            let told = to_patch(manager, act)? + &under_switch(manager, act, arguments)?;
            let repair = u8::from(arguments.repairs()).to_string();
            let words = [arguments.held(), seconds, snapshot(act).unwrap_or_default(), repair];
            call(Script::Patch, &words, told)
        }
        Action::Restore if is_root(act, arguments) => {
            call(Script::Root, &[snapshot(act)?, safe_id(&act.id)], String::new())
        }
        Action::Restore => {
            call(Script::Restore, &[snapshot(act)?, seconds], under_switch(manager, act, arguments)?)
        }
        Action::Drop => {
            let how = if is_root(act, arguments) { "btrfs" } else { "" };
            call(Script::Drop, &[snapshot(act)?, how.into()], String::new())
        }
        Action::Reload if act.reload > Reload::Reboot => {
            Err(format!("the {} kind does not power a host off", manager.kind))
        }
        Action::Reload => {
            let how = if act.reload == Reload::Reboot { reboot(arguments)? } else { "services" };
            let words = [how.to_string(), safe_id(&act.id), snapshot(act).unwrap_or_default()];
            let named = arguments.within().is_none();
            call(Script::Reload, &words, to_restart(manager, act, arguments, named)?)
        }
        other => Err(format!("the {} kind has no `{}`", manager.kind, other.name())),
    }
}

fn reboot(arguments: &Arguments) -> Result<&'static str, String> {
    match arguments.reboot {
        Reboot::Never => Err("it takes a reboot to bring this into force, and `reboot` is \"never\"; write \
                              `reboot = \"when_needed\"`, or reboot the host by hand"
            .into()),
        Reboot::WhenNeeded | Reboot::Always => Ok("reboot"),
    }
}

/// The name of the snapshot's folder: what was told when it was made, or its id.
fn snapshot(act: &Act) -> Result<String, String> {
    let snapshot = act.snapshot.as_ref().ok_or("the request names no snapshot")?;
    match &snapshot.token {
        Some(token) if token.get("id").and_then(Value::as_str).is_none() => {
            Err("the snapshot's token is damaged".into())
        }
        _ => Ok(folder(snapshot)),
    }
}

/// The name of a snapshot's folder.
pub fn folder(snapshot: &SnapshotRef) -> String {
    let told = snapshot.token.as_ref().and_then(|token| token.get("id")).and_then(Value::as_str);
    safe_id(told.unwrap_or(&snapshot.id))
}

/// Whether the snapshot holds the whole root: as it says itself, or as it would be made.
pub fn is_root(act: &Act, arguments: &Arguments) -> bool {
    let token = act.snapshot.as_ref().and_then(|snapshot| snapshot.token.as_ref());
    token.map_or(arguments.way_back == Back::Btrfs, |token| token.get("root").is_some())
}

fn to_keep(manager: &'static Manager, act: &Act) -> Result<String, String> {
    let pins = Pins::of(manager, &act.artifacts)?;
    let mut lines = String::new();
    for name in pins.names(manager, packages(act.level.as_ref()).keys()) {
        let _ = writeln!(lines, "package {name}");
    }
    for pin in pins.kept() {
        let _ = writeln!(lines, "file {} {}", pin.file(manager), pin.sha256);
        let _ = writeln!(lines, "there {} {} {}", pin.name, pin.architecture, pin.version);
    }
    // Without any of them there is no way back that something could be missing from.
    let any = pins.kept().next().is_some();
    for (pin, _) in pins.installed().filter(|(_, old)| any && old.is_none()) {
        let _ = writeln!(lines, "absent {} {}", pin.name, pin.architecture);
    }
    Ok(lines)
}

fn to_patch(manager: &'static Manager, act: &Act) -> Result<String, String> {
    let pins = Pins::of(manager, &act.artifacts)?;
    let level = packages(act.level.as_ref());
    let mut lines = String::new();
    for (pin, _) in pins.installed() {
        // Of what stays beside its other versions an older one may come back with it.
        let is_wanted = level.get(pin.managed_as(manager)) == Some(&pin.version);
        let (file, key) = (pin.file(manager), u8::from(is_wanted));
        let _ = writeln!(lines, "file {file} {}", pin.sha256);
        let _ = writeln!(lines, "inst {} {} {} {key}", pin.name, pin.architecture, pin.version);
        if level.get(&pin.name).is_some_and(|version| *version != pin.version) {
            return Err(format!(
                "the plan pins {} {}, which is not its level; make a new plan",
                pin.name, pin.version
            ));
        }
    }
    if lines.is_empty() && pins.removed().next().is_none() {
        return Err("the plan has pinned no package; make a new plan".into());
    }
    if let Some(id) = pins.0.iter().find_map(|pin| snapshot_in(manager, &pin.address)) {
        let _ = writeln!(lines, "back {id}");
    }
    for pin in pins.removed() {
        let _ = writeln!(lines, "remv {} {}", pin.name, pin.architecture);
        if pin.purpose == Purpose::Purge {
            let _ = writeln!(lines, "purge {} {}", pin.name, pin.architecture);
        }
    }
    Ok(lines)
}

/// The snapshot whose file this is: a run is taken back by it.
fn snapshot_in<'a>(manager: &Manager, address: &'a str) -> Option<&'a str> {
    let id = address
        .strip_prefix("file:")?
        .strip_prefix(&*manager.snapshots())?
        .strip_prefix('/')?
        .split('/')
        .next()?;
    check_id(id).ok().map(|()| id)
}

/// Under a dead man's switch services are restarted before it is confirmed, and with what goes back.
fn under_switch(manager: &'static Manager, act: &Act, arguments: &Arguments) -> Result<String, String> {
    if arguments.within().is_none() { Ok(String::new()) } else { to_restart(manager, act, arguments, true) }
}

/// What is restarted; `named`: the services that the component names, whether they run old code or not.
fn to_restart(
    manager: &'static Manager,
    act: &Act,
    arguments: &Arguments,
    named: bool,
) -> Result<String, String> {
    if !arguments.restarts() {
        return Ok(String::new());
    }
    if named && arguments.restart.is_some() {
        return Ok(arguments.named().iter().map(|unit| format!("unit {unit}\n")).collect());
    }
    let names = Pins::of(manager, &act.artifacts)?.names(manager, packages(act.level.as_ref()).keys());
    Ok(names.iter().map(|name| format!("found {name}\n")).collect())
}

/// What an action that ended well has to say, also to a probe.
pub fn done(manager: &Manager, action: Action, act: &Act, arguments: &Arguments, said: &Said) -> Done {
    let output = format!("{}{}", said.shown, said.stderr);
    let mut done = Done { output: tail(&output, OUTPUT).into(), ..Done::default() };
    match action {
        Action::Snapshot => {
            let id = snapshot(act).unwrap_or_default();
            let size =
                said.stdout.lines().rev().find_map(|line| line.strip_prefix("size ")?.trim().parse().ok());
            let root = said.stdout.lines().find_map(|line| line.strip_prefix("root ")?.split_once(' '));
            let place = format!("{}/{id}", manager.snapshots());
            done.snapshot = Some(Box::new(match root {
                Some((device, root)) => Snapshot {
                    token: json!({ "id": id, "root": root }),
                    by_hand: Some(as_root(act, &root_by_hand(device, root, &id))),
                    place: format!(".patchform/{id}/snapshot at the top of the btrfs on {device}"),
                    size: size.unwrap_or(0),
                    coverage: Coverage { whole_system: true, data: true },
                    ..Snapshot::default()
                },
                None => Snapshot {
                    token: json!({ "id": id }),
                    by_hand: Some(as_root(act, &by_hand(manager, act, &place))),
                    place,
                    size: size.unwrap_or(0),
                    ..Snapshot::default()
                },
            }));
        }
        // A root comes into force by the reboot that brings it back.
        Action::Restore if is_root(act, arguments) => {}
        Action::Restore => {
            done.ailments = said.stdout.lines().filter_map(left).collect();
            done.reload = needed(arguments, said);
        }
        Action::Patch => {
            done.ailments = said.stdout.lines().filter_map(|line| waits(line, arguments)).collect();
            done.reload = needed(arguments, said);
        }
        _ => {}
    }
    done
}

/// What was kept comes back: packages, and their configuration files as they were. What stays beside its other versions neither
/// takes their place nor gives it up.
fn by_hand(manager: &Manager, act: &Act, place: &str) -> String {
    let (install, files) = manager.words.install;
    let pins = Pins::of(manager, &act.artifacts).unwrap_or_default();
    let beside = |pin: &&Pin| pin.managed_as(manager) != pin.name;
    let mut steps = Vec::new();
    if pins.0.iter().any(|pin| beside(&pin)) {
        let path =
            |pin: &Pin| format!("{place}/{}/{}", files.split('/').next().unwrap_or(""), pin.file(manager));
        let (kept, others): (Vec<&Pin>, Vec<&Pin>) = pins.kept().partition(beside);
        let erased = pins.installed().map(|(pin, _)| pin).filter(beside).map(|pin| pin.name.clone());
        let (erase, add) = manager.words.beside;
        for (command, words) in [
            (erase, erased.collect::<Vec<_>>()),
            (add, kept.into_iter().map(path).collect()),
            (install, others.into_iter().map(path).collect()),
        ] {
            steps.extend((!words.is_empty()).then(|| format!("{command} {}", words.join(" "))));
        }
    } else {
        steps.push(format!("{install} {place}/{files}"));
    }
    steps.push(format!("tar -C / -xpf {place}/conffiles.tar"));
    steps.join(" && ")
}

/// The line by which a person runs a script, without quotes or variables in it, as root: who is given no more by sudo than what
/// patchform needs, `/bin/sh -s`, gives it to that.
fn as_root(act: &Act, script: &str) -> CommandLine {
    let sudo = act.subject.connection.arguments.get("sudo").and_then(Value::as_bool) == Some(true);
    let script = if sudo { format!("echo \"{script}\" | sudo /bin/sh -s") } else { script.to_string() };
    CommandLine { argv: vec!["sh".into(), "-c".into(), script], ..CommandLine::default() }
}

/// The root that was kept takes the root's place, from whatever system reaches the disk: a rescue system, too.
fn root_by_hand(device: &str, root: &str, id: &str) -> String {
    format!(
        "mount -o subvolid=5 {device} /mnt && mv /mnt/{root} /mnt/.patchform/{id}/failed-by-hand && btrfs subvolume snapshot \
         /mnt/.patchform/{id}/snapshot /mnt/{root} && umount /mnt && reboot"
    )
}

/// What a restore says that it has not taken back, in one of its lines.
fn left(line: &str) -> Option<Ailment> {
    let why = format!("not taken back: {}", line.strip_prefix("stays: ")?);
    Some(Ailment { check: "around".into(), ill: true, why })
}

/// What waits for a reboot that is nobody's business here, by one line of what a patch says.
fn waits(line: &str, arguments: &Arguments) -> Option<Ailment> {
    let names = line.strip_prefix("needs a reboot: ").filter(|_| arguments.reboot == Reboot::Never)?;
    let why = format!(
        "a reboot is asked for by {}; `reboot` is \"never\": it is left to you",
        names.trim().replace(' ', ", ")
    );
    Some(Ailment { check: "reboot".into(), ill: true, why })
}

/// What brings a patch or a restore into force: packages may have asked for a reboot only when they were configured.
fn needed(arguments: &Arguments, said: &Said) -> Reload {
    let asked = said.stdout.lines().any(|line| line.starts_with("needs a reboot"));
    match arguments.reboot {
        Reboot::Always => Reload::Reboot,
        Reboot::WhenNeeded if asked => Reload::Reboot,
        _ => arguments.reload(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::{Names, Words};
    use crate::sample::SAMPLE;
    use patchform_sdk::message::{Artifact, Connection, Level, Subject};

    fn act(level: &str, sources: &[&str]) -> Act {
        let artifact =
            |source: &&str| Artifact { source: (*source).to_string(), sha256: "ab".repeat(32), size: 1 };
        Act {
            id: "r.1.forth3.1".into(),
            token: 1,
            deadline: 1000,
            subject: Subject {
                address: "apt.a".into(),
                kind: "apt".into(),
                alias: String::new(),
                arguments: json!({}),
                connection: Connection::local(),
            },
            level: Some(Level::Map([("app".to_string(), level.to_string())].into())),
            expected: None,
            snapshot: Some(SnapshotRef { id: "s 1".into(), token: None }),
            reload: Reload::Service,
            artifacts: sources.iter().map(artifact).collect(),

            member: None,
        }
    }

    const PINS: [&str; 5] = [
        "http://m/app_2.deb#install=app/amd64/1:1/1:2",
        "http://m/new.deb#install=new/all/-/3",
        "http://m/app_1.deb#keep=app/amd64/1:1",
        "http://m/old.deb#keep=old/all/9",
        "file:/x/lib.deb#install=lib/all/1/2",
    ];

    #[test]
    fn what_each_script_is_told() {
        let sum = "ab".repeat(32);
        let act = act("1:2", &PINS);
        let told = |action| call(&SAMPLE, action, &act, &Arguments::default()).unwrap();
        let fetch = told(Action::Fetch);
        assert_eq!(fetch.stdin.lines().count(), 5);
        assert!(
            fetch.stdin.starts_with(&format!("http://m/app_2.deb app_1%3a2_amd64.deb {sum}\n")),
            "{}",
            fetch.stdin
        );
        let kept = told(Action::Snapshot);
        assert!(kept.arguments[0].starts_with("x-"), "{:?}", kept.arguments);
        let names = "package app\npackage lib\npackage new\npackage old\n";
        let debs = [("app_1%3a1_amd64", "app amd64 1:1"), ("old_9_all", "old all 9")]
            .map(|(file, there)| format!("file {file}.deb {sum}\nthere {there}\n"));
        assert_eq!(kept.stdin, format!("{names}{}absent new all\n", debs.concat()));
        let patch = told(Action::Patch);
        assert_eq!(patch.arguments[..2], ["0", "120"]);
        assert!(patch.arguments[2].starts_with("x-"), "{:?}", patch.arguments);
        assert_eq!(
            patch.stdin,
            format!(
                "file app_1%3a2_amd64.deb {sum}\ninst app amd64 1:2 1\nfile new_3_all.deb {sum}\ninst new all 3 0\nfile \
                 lib_2_all.deb {sum}\ninst lib all 2 0\nremv old all\n"
            )
        );
        assert_eq!(told(Action::Reload).stdin, "found app\nfound lib\nfound new\nfound old\n");
        let named = Arguments { restart: Some(vec!["web".into()]), ..Arguments::default() };
        assert_eq!(call(&SAMPLE, Action::Reload, &act, &named).unwrap().stdin, "unit web.service\n");
    }

    /// What stays beside its other versions is taken away and added by itself, also by hand.
    #[test]
    fn one_version_of_several_is_told_by_its_own_name() {
        fn beside<'a>(name: &'a str, version: &str) -> Option<&'a str> {
            name.strip_suffix(version)?.strip_suffix('-')
        }
        static KERNELS: Manager = Manager {
            names: Names { beside, ..SAMPLE.names },
            words: Words { beside: ("erase", "add"), ..SAMPLE.words },
            ..SAMPLE
        };
        let act = act(
            "3",
            &[
                "http://m/app-3.deb#install=app-3/amd64/-/3",
                "http://m/lib.deb#install=lib/amd64/1/2",
                "http://m/app-1.deb#keep=app-1/amd64/1",
                "http://m/lib_1.deb#keep=lib/amd64/1",
            ],
        );
        let patch = call(&KERNELS, Action::Patch, &act, &Arguments::default()).unwrap();
        let sum = "ab".repeat(32);
        assert_eq!(
            patch.stdin,
            format!(
                "file app-3_3_amd64.deb {sum}\ninst app-3 amd64 3 1\nfile lib_2_amd64.deb {sum}\ninst lib amd64 2 0\nremv \
                 app-1 amd64\n"
            )
        );
        let kept = call(&KERNELS, Action::Snapshot, &act, &Arguments::default()).unwrap();
        assert!(kept.stdin.starts_with("package app-1\npackage app-3\npackage lib\n"), "{}", kept.stdin);
        let by_hand = by_hand(&KERNELS, &act, "/kept");
        assert_eq!(
            by_hand,
            "erase app-3 && add /kept/files/app-1_1_amd64.deb && tool install /kept/files/lib_1_amd64.deb && tar -C / -xpf \
             /kept/conffiles.tar"
        );
        // Nothing but one version that goes is something to do, too.
        let down = Act { artifacts: act.artifacts[2..3].to_vec(), ..act };
        assert_eq!(
            call(&KERNELS, Action::Patch, &down, &Arguments::default()).unwrap().stdin,
            "remv app-1 amd64\n"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let none = Arguments::default();
        let why = |action, act: &Act| call(&SAMPLE, action, act, &none).err().unwrap();
        assert!(why(Action::Patch, &act("1:2", &[])).contains("pinned no package"));
        assert!(why(Action::Patch, &act("1:3", &PINS)).contains("not its level"));
        assert!(why(Action::Fetch, &act("1:2", &["http://m/x"])).contains("no package file"));
        assert!(why(Action::Uninstall, &act("1:2", &PINS)).contains("no `uninstall`"));
        let reboot = Act { reload: Reload::Reboot, ..act("1:2", &PINS) };
        assert!(why(Action::Reload, &reboot).contains("`reboot` is \"never\""));
        let damaged = SnapshotRef { id: "s".into(), token: Some(json!({ "x": 1 })) };
        assert!(why(Action::Restore, &Act { snapshot: Some(damaged), ..act("1", &[]) }).contains("damaged"));
    }
}
