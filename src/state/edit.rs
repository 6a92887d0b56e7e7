//! Changes of the state by hand: `state mv`, `state rm`, `state push`, `allow`.

use super::State;
use crate::model::{Address, PatchLevel, Selection};
use std::collections::BTreeSet;

/// Why the state was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such record.
    #[error("the state has no record of {0}; `patchform state list` shows what it has")]
    Unknown(Selection),
    /// There is a record already.
    #[error(
        "the state already has a record of {0}; remove that first with `patchform state rm '{0}'` if it is wrong"
    )]
    Taken(Address),
    /// A record cannot become one of another kind.
    #[error("{from} is of kind {:?} and cannot become {to}: a record keeps its kind", .from.kind)]
    OtherKind {
        /// The record's address.
        from: Box<Address>,
        /// The address that was asked for.
        to: Box<Address>,
    },
    /// No level of the component was rolled back.
    #[error("no level of {0} was rolled back, so there is nothing to allow")]
    NotRejected(Selection),
    /// The other state is not a later form of this one.
    #[error(
        "this is somebody else's state: its lineage is {theirs}, and the one in place has {ours}. Push the right \
         file, or replace it on purpose with `patchform state push --force`"
    )]
    OtherLineage {
        /// Lineage of the state in place.
        ours: String,
        /// Lineage of the state that would replace it.
        theirs: String,
    },
    /// The other state is older.
    #[error(
        "this state has serial {theirs}, and the one in place is at {ours}: somebody changed it since. Pull it again \
         and repeat your change, or replace it on purpose with `patchform state push --force`"
    )]
    Older {
        /// Serial of the state in place.
        ours: u64,
        /// Serial of the state that would replace it.
        theirs: u64,
    },
}

impl State {
    /// The components that it has a record of, and those of which it only knows what an abandoned run left undone (their first
    /// installation was abandoned), sorted.
    pub fn known(&self) -> BTreeSet<&Address> {
        self.records.keys().chain(self.owed.keys()).collect()
    }

    /// Whether `address` is one of [`State::known`].
    pub fn knows(&self, address: &Address) -> bool {
        self.records.contains_key(address) || self.owed.contains_key(address)
    }

    /// Gives the record of `from`, its snapshots, rejections and history the address `to`; one serial later.
    ///
    /// # Errors
    /// `from` is unknown, `to` is taken, or their kinds differ.
    pub fn mv(&mut self, from: &Address, to: &Address) -> Result<(), Refused> {
        if !self.knows(from) {
            return Err(Refused::Unknown(from.clone().into()));
        }
        if self.knows(to) {
            return Err(Refused::Taken(to.clone()));
        }
        if from.kind != to.kind {
            return Err(Refused::OtherKind { from: Box::new(from.clone()), to: Box::new(to.clone()) });
        }
        if let Some(record) = self.records.remove(from) {
            self.records.insert(to.clone(), record);
        }
        for snapshot in self.snapshots.values_mut().filter(|s| s.component == *from) {
            snapshot.component = to.clone();
        }
        if let Some(owed) = self.owed.remove(from) {
            self.owed.insert(to.clone(), owed);
        }
        // What a former component of that name left behind is not the moved one's.
        self.rejected.retain(|r| r.component != *to);
        for rejected in self.rejected.iter_mut().filter(|r| r.component == *from) {
            rejected.component = to.clone();
        }
        for run in &mut self.runs {
            run.levels.remove(to);
            if let Some(levels) = run.levels.remove(from) {
                run.levels.insert(to.clone(), levels);
            }
        }
        self.serial += 1;
        Ok(())
    }

    /// Forgets every record that `address` covers (a component, or a block with all its instances), and what abandoned runs
    /// left undone there; one serial later. The components and their snapshots stay as they are, and a level that was given up
    /// stays that. Answers what was forgotten.
    ///
    /// # Errors
    /// No record is covered.
    pub fn rm(&mut self, address: &Selection) -> Result<Vec<Address>, Refused> {
        let gone: Vec<Address> = self.known().into_iter().filter(|a| address.covers(a)).cloned().collect();
        if gone.is_empty() {
            return Err(Refused::Unknown(address.clone()));
        }
        for one in &gone {
            self.records.remove(one);
            self.owed.remove(one);
        }
        self.serial += 1;
        Ok(gone)
    }

    /// Lets levels of `address` (a component, or a block with all its instances) that were rolled back be tried
    /// again; one serial later. Answers which.
    ///
    /// # Errors
    /// None was rolled back.
    pub fn allow(&mut self, address: &Selection) -> Result<Vec<(Address, PatchLevel)>, Refused> {
        let mut allowed = Vec::new();
        self.rejected.retain(|r| {
            let lifted = address.covers(&r.component);
            if lifted {
                allowed.push((r.component.clone(), r.level.clone()));
            }
            !lifted
        });
        if allowed.is_empty() {
            return Err(Refused::NotRejected(address.clone()));
        }
        self.serial += 1;
        Ok(allowed)
    }

    /// Whether this state may replace `current` without force: the same lineage, and a serial not below it.
    ///
    /// # Errors
    /// Another lineage, or an older serial.
    pub fn may_replace(&self, current: &State) -> Result<(), Refused> {
        if self.lineage != current.lineage {
            return Err(Refused::OtherLineage {
                ours: current.lineage.clone(),
                theirs: self.lineage.clone(),
            });
        }
        if self.serial < current.serial {
            return Err(Refused::Older { ours: current.serial, theirs: self.serial });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
