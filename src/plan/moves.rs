//! `moved` blocks applied to what the state knows, and moves that nobody needs to write down.

use crate::config::checked::Move;
use crate::model::{Address, InstanceKey, Selection};
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// Two records that would have one address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{from} is to become {to}, but the state has a record of {to} already; `patchform state rm` the one that is wrong, \
     or take the `moved` block out"
)]
pub struct Conflict {
    from: Address,
    to: Address,
}

/// What moves where, of what the state knows: sorted by the old address. Chains are followed to their end. What is not
/// declared there is looked for where an added or a removed `count` has put it.
///
/// # Errors
/// A record whose new address is taken by another one.
pub fn resolve<'a>(
    moves: &[Move],
    declared: impl IntoIterator<Item = &'a Address>,
    state: &State,
) -> Result<Vec<(Address, Address)>, Box<Conflict>> {
    // Most of all: a large configuration that was never applied.
    if state.records.is_empty() && state.owed.is_empty() {
        return Ok(Vec::new());
    }
    let mut moved = said(moves, state)?;
    moved.extend(implied(&moved, &declared.into_iter().collect(), state));
    moved.sort();
    Ok(moved)
}

/// `release.api` is `release.api[0]` once a `count` was added, and the other way round, as Terraform has it; but only what
/// is declared under neither its own address nor any that another record has. (Modules do not move so: Terraform does not
/// do it either.)
fn implied(
    said: &[(Address, Address)],
    declared: &BTreeSet<&Address>,
    state: &State,
) -> Vec<(Address, Address)> {
    let leaves: BTreeSet<&Address> = said.iter().map(|(from, _)| from).collect();
    let comes: BTreeSet<&Address> = said.iter().map(|(_, to)| to).collect();
    let taken = |to: &Address| comes.contains(to) || (state.knows(to) && !leaves.contains(to));
    let other = |from: &Address| {
        let key = match from.key {
            InstanceKey::None => InstanceKey::Index(0),
            InstanceKey::Index(0) => InstanceKey::None,
            _ => return None,
        };
        Some(Address { key, ..from.clone() })
    };
    let stays = state.known().into_iter().filter(|from| !leaves.contains(from) && !declared.contains(from));
    let pairs = stays.filter_map(|from| Some((from.clone(), other(from)?)));
    pairs.filter(|(_, to)| declared.contains(to) && !taken(to)).collect()
}

fn said(moves: &[Move], state: &State) -> Result<Vec<(Address, Address)>, Box<Conflict>> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let mut moved = Vec::new();
    let mut taken: BTreeMap<Address, Address> = BTreeMap::new();
    for (from, to) in ends(moves, state.known()) {
        if let Some(other) = taken.insert(to.clone(), from.clone()) {
            let from = if other == to { from.clone() } else { other };
            return Err(Box::new(Conflict { from, to }));
        }
        if to != *from {
            moved.push((from.clone(), to));
        }
    }
    Ok(moved)
}

/// Where `moves` lead, of these addresses; what does not move leads to itself. Chains are followed to their end.
pub fn ends<'a>(
    moves: &[Move],
    addresses: impl IntoIterator<Item = &'a Address>,
) -> impl Iterator<Item = (&'a Address, Address)> {
    let by_from: BTreeMap<&Selection, &Move> = moves.iter().map(|m| (&m.from, m)).collect();
    addresses.into_iter().map(move |from| {
        let mut to = from.clone();
        // A checked configuration has no circle among its moves; each is followed once at most.
        for _ in 0..by_from.len() {
            match step(&to, &by_from) {
                Some(next) => to = next,
                None => break,
            }
        }
        (from, to)
    })
}

/// Where the move that fits to an address best leads: one of the component itself, of its block, or of a module around.
fn step(address: &Address, by_from: &BTreeMap<&Selection, &Move>) -> Option<Address> {
    let exact = by_from.get(&Selection::Component(address.clone()));
    let block = || by_from.get(&Selection::Component(address.block())).filter(|m| whole(m));
    if let Some(found) = exact.or_else(block) {
        let Selection::Component(to) = &found.to else { return None };
        let key = if whole(found) { address.key.clone() } else { to.key.clone() };
        return Some(Address { key, ..to.clone() });
    }
    for depth in (1..=address.module.len()).rev() {
        let mut path = address.module[..depth].to_vec();
        let exact = by_from.get(&Selection::Module(path.clone()));
        let key = std::mem::take(&mut path[depth - 1].1);
        let found = exact.or_else(|| by_from.get(&Selection::Module(path)).filter(|m| whole(m)));
        if let Some(found) = found {
            let Selection::Module(to) = &found.to else { return None };
            let mut module = to.clone();
            if let Some(last) = module.last_mut().filter(|_| whole(found)) {
                last.1 = key;
            }
            module.extend_from_slice(&address.module[depth..]);
            return Some(Address { module, ..address.clone() });
        }
    }
    None
}

/// Whether a move takes all instances with it: neither end names one.
fn whole(one: &Move) -> bool {
    let bare = |end: &Selection| match end {
        Selection::Component(address) => address.key == InstanceKey::None,
        Selection::Module(path) => path.last().is_none_or(|(_, key)| *key == InstanceKey::None),
    };
    bare(&one.from) && bare(&one.to)
}

/// Moves records. Those that were moved before are passed over, so that it can be done again.
pub fn apply(moved: &[(Address, Address)], state: &mut State) -> bool {
    let serial = state.serial;
    let mut left: Vec<&(Address, Address)> = moved.iter().collect();
    loop {
        let before = left.len();
        // One whose new address is still taken waits until that has moved on.
        left.retain(|(from, to)| state.knows(from) && state.mv(from, to).is_err());
        if left.len() == before || left.is_empty() {
            break;
        }
    }
    let changed = state.serial != serial;
    if changed {
        state.serial = serial + 1;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Span};

    fn moves(pairs: &[(&str, &str)]) -> Vec<Move> {
        let one = |(from, to): &(&str, &str)| Move {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            span: Span::new(FileId(0), 0, 0),
        };
        pairs.iter().map(one).collect()
    }

    fn state(addresses: &[&str]) -> State {
        let mut state = State::new("lineage", "test");
        for address in addresses {
            state.records.insert(address.parse().unwrap(), crate::state::sample::record(address));
        }
        state
    }

    #[track_caller]
    fn leads(pairs: &[(&str, &str)], before: &[&str], after: &[&str]) {
        let mut state = state(before);
        let declared: Vec<Address> = after.iter().map(|address| address.parse().unwrap()).collect();
        let moved = resolve(&moves(pairs), &declared, &state).unwrap();
        apply(&moved, &mut state);
        let found: Vec<String> = state.records.keys().map(ToString::to_string).collect();
        assert_eq!(found, after);
        assert!(!apply(&moved, &mut state), "doing it again changes nothing");
    }

    #[test]
    fn addresses_follow_their_moves() {
        leads(&[("apt.a", "apt.b")], &["apt.a"], &["apt.b"]);
        leads(&[("apt.a", "apt.b")], &["apt.a[\"x\"]", "apt.a[\"y\"]"], &["apt.b[\"x\"]", "apt.b[\"y\"]"]);
        leads(&[("apt.a", "apt.a[\"x\"]")], &["apt.a"], &["apt.a[\"x\"]"]);
        leads(&[("apt.a[0]", "apt.b")], &["apt.a[0]", "apt.a[1]"], &["apt.a[1]", "apt.b"]);
        leads(&[("apt.a", "apt.b"), ("apt.b", "apt.c")], &["apt.a"], &["apt.c"]);
        leads(&[("apt.a", "module.m.apt.a")], &["apt.a"], &["module.m.apt.a"]);
        leads(&[("module.m.apt.a", "apt.a")], &["module.m.apt.a"], &["apt.a"]);
        leads(
            &[("module.m", "module.n")],
            &["module.m[0].apt.a", "module.m[1].apt.a[2]"],
            &["module.n[0].apt.a", "module.n[1].apt.a[2]"],
        );
        leads(
            &[("module.m", "module.n[\"eu\"]")],
            &["module.m.module.x.apt.a"],
            &["module.n[\"eu\"].module.x.apt.a"],
        );
        leads(
            &[("module.m", "module.n"), ("module.n.apt.a", "module.n.apt.b")],
            &["module.m.apt.a"],
            &["module.n.apt.b"],
        );
    }

    #[test]
    fn a_chain_of_keys_moves_on_from_its_end() {
        leads(
            &[("apt.a[\"x\"]", "apt.a[\"y\"]"), ("apt.a[\"z\"]", "apt.a[\"x\"]")],
            &["apt.a[\"x\"]"],
            &["apt.a[\"y\"]"],
        );
    }

    /// What the state has after `declared` was planned with these moves.
    #[track_caller]
    fn comes_to(pairs: &[(&str, &str)], declared: &[&str], before: &[&str], after: &[&str]) {
        let mut state = state(before);
        let declared: Vec<Address> = declared.iter().map(|address| address.parse().unwrap()).collect();
        let moved = resolve(&moves(pairs), &declared, &state).unwrap();
        apply(&moved, &mut state);
        let found: Vec<String> = state.records.keys().map(ToString::to_string).collect();
        assert_eq!(found, after);
    }

    #[test]
    fn a_count_that_comes_or_goes_moves_the_first_one() {
        comes_to(&[], &["apt.a[0]", "apt.a[1]"], &["apt.a"], &["apt.a[0]"]);
        comes_to(&[], &["apt.a"], &["apt.a[0]", "apt.a[1]"], &["apt.a", "apt.a[1]"]);
        comes_to(&[], &["module.m.apt.a[0]"], &["module.m.apt.a"], &["module.m.apt.a[0]"]);
        // Not where somebody else has the address, nor to keys, nor what is still declared, nor modules.
        comes_to(&[], &["apt.a[0]"], &["apt.a", "apt.a[0]"], &["apt.a", "apt.a[0]"]);
        comes_to(&[], &["apt.a[\"x\"]"], &["apt.a"], &["apt.a"]);
        comes_to(&[], &["apt.b"], &["apt.a"], &["apt.a"]);
        comes_to(&[], &["module.m[0].apt.a"], &["module.m.apt.a"], &["module.m.apt.a"]);
        // What a block says comes first.
        comes_to(&[("apt.a", "apt.b[1]")], &["apt.a[0]", "apt.b[1]"], &["apt.a"], &["apt.b[1]"]);
        comes_to(&[("apt.b", "apt.a[0]")], &["apt.a[0]"], &["apt.a", "apt.b"], &["apt.a", "apt.a[0]"]);
    }

    #[test]
    fn an_address_that_is_taken_is_told() {
        let state = state(&["apt.a", "apt.b"]);
        let conflict = resolve(&moves(&[("apt.a", "apt.b")]), &[], &state).unwrap_err();
        assert!(conflict.to_string().starts_with("apt.a is to become apt.b, but"), "{conflict}");
    }
}
