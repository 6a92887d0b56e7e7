//! What an abandoned run began at a component and left undone.

use crate::model::{Moment, PatchLevel};
use patchform_sdk::message::Reload;

/// What stands at a component is not in force yet, or nobody made sure of it: the run that put it there was abandoned
/// before that. It is owed until a run has done it, whatever the readings say: not every kind can read what runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The run.
    pub run: String,
    /// What it takes until what stands there is in force; `None` where only the verification is owed.
    pub reload: Reload,
    /// Whether what stands there may have been put there in part only: the patch, or the restore on the way back, began and was
    /// not finished. Whatever level is read then, it is patched again.
    pub half: bool,
    /// What was brought into force already, where only its verification is owed. `None` also where an earlier patchform
    /// wrote it down, which did not tell.
    pub reloaded: Option<Reloaded>,
    /// When the run was abandoned.
    pub at: Moment,
}

/// A level that was brought into force. Another one, put there since, is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// The level; `None` where the component is gone.
    pub level: Option<PatchLevel>,
    /// Digest of what it manages then, where that is known.
    pub digest: Option<String>,
    /// What it took.
    pub reload: Reload,
}

impl Reloaded {
    fn stands_at(&self, level: Option<&PatchLevel>, digest: &str) -> bool {
        let same = match (&self.level, level) {
            // Parts that are not managed do not count.
            (Some(PatchLevel::Map(parts)), Some(PatchLevel::Map(now))) => {
                parts.iter().all(|(part, level)| now.get(part) == Some(level))
            }
            (then, now) => then.as_ref() == now,
        };
        same && self.digest.as_ref().is_none_or(|then| then == digest)
    }
}

impl Owed {
    /// What is owed where `level` is read, with this digest: what was brought into force was that at another level only.
    pub fn at(&self, level: Option<&PatchLevel>, digest: &str) -> Owed {
        let elsewhere = self.reloaded.as_ref().filter(|reloaded| !reloaded.stands_at(level, digest));
        let reload = elsewhere.map_or(self.reload, |reloaded| self.reload.max(reloaded.reload));
        Owed { reload, reloaded: None, ..self.clone() }
    }

    /// The level that was brought into force (`None` where the component is gone), and what any other one needs, in words.
    pub fn elsewhere(&self) -> Option<(Option<&PatchLevel>, &'static str)> {
        let reloaded = self.reloaded.as_ref()?;
        Some((reloaded.level.as_ref(), steps(self.half, self.reload.max(reloaded.reload))))
    }

    /// What is owed, in words: `reload and verify`.
    pub fn steps(&self) -> &'static str {
        steps(self.half, self.reload)
    }
}

/// What is to be done, in words, where that may be half of a patch, and so much brings it into force.
pub fn steps(half: bool, reload: Reload) -> &'static str {
    match (half, reload) {
        (true, Reload::None) => "patch and verify",
        (true, _) => "patch, reload and verify",
        (false, Reload::None) => "verify",
        (false, _) => "reload and verify",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(text: &str) -> PatchLevel {
        match text.contains('=') {
            false => PatchLevel::Single(text.into()),
            true => PatchLevel::Map(
                text.split(' ')
                    .filter_map(|part| part.split_once('='))
                    .map(|(k, v)| (k.into(), v.into()))
                    .collect(),
            ),
        }
    }

    #[test]
    fn what_was_brought_into_force_counts_for_its_own_level_only() {
        for (then, digest, now, reload) in [
            (Some("1"), None, Some("1"), Reload::None),
            (Some("1"), None, Some("2"), Reload::Service),
            (Some("1"), None, None, Reload::Service),
            (None, None, None, Reload::None),
            (None, None, Some("1"), Reload::Service),
            (Some("1"), Some("d"), Some("1"), Reload::None),
            (Some("1"), Some("e"), Some("1"), Reload::Service),
            (Some("a=1"), None, Some("a=1 b=2"), Reload::None),
            (Some("a=1 b=2"), None, Some("a=1"), Reload::Service),
            (Some("a=1"), None, Some("a=2"), Reload::Service),
            (Some("a=1"), None, Some("1"), Reload::Service),
        ] {
            let reloaded = Reloaded {
                level: then.map(level),
                digest: digest.map(str::to_string),
                reload: Reload::Service,
            };
            let owed = Owed {
                run: "r".into(),
                reload: Reload::None,
                half: false,
                reloaded: Some(reloaded),
                at: Moment(1),
            };
            let found = owed.at(now.map(level).as_ref(), "d");
            assert_eq!((found.reload, found.reloaded), (reload, None), "{then:?} {digest:?}, now {now:?}");
            let untold = Owed { reloaded: None, ..owed };
            assert_eq!(untold.at(now.map(level).as_ref(), "d"), untold);
        }
    }
}
