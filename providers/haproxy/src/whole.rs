//! All servers of a backend at once: whoever comes is refused by HAProxy itself, with a line in its log. Shut and open, side by
//! side.

use crate::act::put_back;
use crate::front::{Front, Trouble};
use crate::server::{Server, State};
use patchform_sdk::away::{self, Away};
use patchform_sdk::message::{ALL_MEMBERS, Action, Ailment, Answer, Done, MemberStanding, Probed};
use serde_json::json;

/// What stands behind the address of a component that keeps customers out: its own drain of a server is another hold.
const BLOCK: &str = " (block)";

fn holder(component: &str) -> String {
    format!("{component}{BLOCK}")
}

/// Keeps everybody out, at once: it is noted of each server how it stood before, then it gets nothing, and what it still works on
/// is ended.
pub fn shut(front: &Front<'_>, component: &str) -> Answer {
    let servers = match front.servers() {
        Ok(servers) if servers.is_empty() => {
            return Answer::refused(format!("backend {} of HAProxy has no server", front.backend));
        }
        Ok(servers) => servers,
        Err(trouble) => return Answer::refused(trouble.why()),
    };
    let done = servers.iter().try_for_each(|server| shut_one(front, server, &holder(component)));
    let Err(trouble) = done else { return Answer::applied() };
    match (trouble, open_all(front, component)) {
        (Trouble::Unknown(why), _) => Answer::unclear(why),
        (trouble, Ok(())) => Answer::refused(trouble.why()),
        (trouble, Err(back)) => {
            Answer::unclear(format!("{}; and not all is put back: {}", trouble.why(), back.why()))
        }
    }
}

fn shut_one(front: &Front<'_>, server: &Server, holder: &str) -> Result<(), Trouble> {
    let mut away = Away::open(&front.identity(&server.name)).map_err(Trouble::Said)?;
    away.hold(holder, json!(server.was)).map_err(Trouble::Said)?;
    if server.was.state != State::Maint {
        front.set(&server.name, "state maint")?;
    }
    front.end_sessions(&server.name)
}

/// Lets everybody in again: each server as it was, unless others keep it away.
pub fn open(front: &Front<'_>, component: &str) -> Answer {
    match came_back(front, component).and_then(|early| open_all(front, component).map(|()| early)) {
        Ok(early) => Answer::Applied(Done { ailments: early.into_iter().collect(), ..Done::default() }),
        Err(trouble) => Answer::unclear(trouble.why()),
    }
}

/// What is to be told where customers were let in before anybody did that.
fn came_back(front: &Front<'_>, component: &str) -> Result<Option<Ailment>, Trouble> {
    let holder = holder(component);
    for server in front.servers()?.iter().filter(|server| server.was.state != State::Maint) {
        let note = away::look(&front.identity(&server.name)).map_err(Trouble::Unknown)?;
        if note.is_some_and(|note| note.holders.contains(&holder)) {
            let why = format!(
                "customers were let in at {} before the work had ended: HAProxy was restarted or reloaded, or somebody did that",
                front.named(&server.name)
            );
            return Ok(Some(Ailment { check: "block".into(), ill: true, why }));
        }
    }
    Ok(None)
}

/// Goes on past one that cannot be put back: each is a promise of its own.
fn open_all(front: &Front<'_>, component: &str) -> Result<(), Trouble> {
    let holder = holder(component);
    let one = |server: &Server| {
        let mut away = Away::open(&front.identity(&server.name)).map_err(Trouble::Unknown)?;
        put_back(front, &mut away, &server.name, &holder).map(drop)
    };
    let all: Vec<Result<(), Trouble>> = front.servers()?.iter().map(one).collect();
    all.into_iter().collect()
}

/// For which components everybody is kept out.
///
/// # Errors
/// A note cannot be read.
pub fn standing(front: &Front<'_>, servers: &[Server]) -> Result<MemberStanding, String> {
    let mut holders = Vec::new();
    for server in servers {
        let note = away::look(&front.identity(&server.name))?;
        let all = note.into_iter().flat_map(|note| note.holders);
        holders.extend(all.filter_map(|holder| holder.strip_suffix(BLOCK).map(str::to_string)));
    }
    holders.sort();
    holders.dedup();
    if holders.is_empty() {
        return Ok(MemberStanding::Serving);
    }
    let why = format!("HAProxy sends nobody to the servers of backend {}", front.backend);
    Ok(MemberStanding::Away { holders, why })
}

/// How far `action` came for `component`.
///
/// # Errors
/// A note cannot be read.
pub fn probed(
    front: &Front<'_>,
    action: Action,
    component: &str,
    servers: &[Server],
) -> Result<Probed, String> {
    let (holder, mut held, mut shut) = (holder(component), 0, 0);
    for server in servers {
        let note = away::look(&front.identity(&server.name))?;
        if note.is_some_and(|note| note.holders.contains(&holder)) {
            held += 1;
            shut += usize::from(server.was.state == State::Maint);
        }
    }
    let all = servers.len();
    Ok(match action {
        Action::Drain if held == 0 => Probed::before(),
        Action::Undrain if held == 0 => Probed::After(Done::default()),
        Action::Drain if shut == all => Probed::After(Done::default()),
        // Begun anew it ends alike.
        Action::Undrain => Probed::before(),
        _ => Probed::between(format!(
            "of the {all} servers of backend {} {held} are noted as kept away, and {shut} of them are in maint",
            front.backend
        )),
    })
}

/// Whether a request is about all of them.
pub fn is_meant(member: &str) -> bool {
    member == ALL_MEMBERS
}
