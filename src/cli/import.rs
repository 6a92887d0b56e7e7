//! `patchform import`

use super::Exit;
use super::arguments::{Lock, Variables};
use super::live::Live;
use super::stages::Stages;
use super::terminal::Terminal;
use crate::ops::import::{self, Discovery, Request};
use crate::ops::{self, Failure};
use crate::report::size::counted;
use std::path::PathBuf;

/// Options of `import`.
#[derive(clap::Args)]
#[command(
    after_help = "FROM is an inventory of Ansible, a configuration of ssh, or a list with one [USER@]HOST[:PORT] per line.\n\
                  Nothing is changed on the hosts. The next `patchform plan` says that there is nothing to do."
)]
pub struct Arguments {
    /// The file that names the hosts
    from: PathBuf,
    /// The kind of component to look for
    #[arg(long, default_value = "apt")]
    kind: String,
    /// A file with the packages that are wanted, one per line; without it, those that somebody asked the host for
    #[arg(long, value_name = "FILE")]
    packages: Option<PathBuf>,
    /// Only hosts of this group; may be repeated
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    /// Who logs in, where FROM does not say
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Let everything run as root, by sudo
    #[arg(long)]
    sudo: bool,
    /// A configuration of ssh, in place of the user's, for hosts of an inventory or a list
    #[arg(long, value_name = "FILE")]
    ssh_config: Option<String>,
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE", default_value = "imported.pf.hcl")]
    out: PathBuf,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    lock: Lock,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let request = arguments.request()?;
    let lock = arguments.lock.timeout()?;
    let inputs = arguments.variables.inputs();
    let mut live = Live::new(terminal, false);
    let discovery = import::discover(&request, live.watch())?;
    let planned = import::write(&request, &discovery, &inputs, &mut Stages::new(terminal, live.watch()))?;
    terminal.warn(&planned.warnings, &planned.sources);
    let (file, found) = (request.out.display(), counted(discovery.found(), "component"));
    terminal.say(&format!("{file} is written: {found}, each at its present level.\n"));
    let ended = ops::apply::apply(ops::apply::planned(planned, lock), &mut live)?;
    let exit = super::ended::exit_of(&ended);
    if exit != Exit::Done {
        live.finish(&ended);
        return Ok(exit);
    }
    terminal.say(
        "The state has recorded them. `patchform plan` compares; a level that is edited there is a patch.\n",
    );
    if discovery.unread.is_empty() {
        return Ok(Exit::Done);
    }
    terminal.say(&unread(&discovery));
    Ok(Exit::Refused)
}

/// Which hosts are not in the file, and why.
fn unread(discovery: &Discovery) -> String {
    let hosts = counted(discovery.unread.len(), "host");
    let mut text = format!("Not in it, since they could not be read: {hosts}\n");
    for (host, why) in &discovery.unread {
        text.push_str(&format!("  {host}: {why}\n"));
    }
    text + "Import those again into another file (--out) when they can be reached.\n"
}

impl Arguments {
    fn request(&self) -> Result<Request, Failure> {
        Ok(Request {
            from: self.from.clone(),
            kind: self.kind.clone(),
            parts: self.packages.as_deref().map(import::list).transpose()?.unwrap_or_default(),
            groups: self.group.clone(),
            user: self.user.clone(),
            sudo: self.sudo,
            config: self.ssh_config.clone(),
            out: self.out.clone(),
        })
    }
}
