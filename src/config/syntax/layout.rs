//! What a body in JSON holds: its text alone does not tell blocks from arguments, nor references from texts.

use crate::config::blocks::{self, Place};

/// What stands in a body.
pub trait Layout: Sized {
    /// How many labels blocks of this name have, and what their bodies hold; nothing where it is an argument.
    fn block(&self, name: &str) -> Option<(usize, Self)>;

    /// Whether others declare arguments here, which may be called as blocks are: `snapshot` of the kind `command`.
    fn has_arguments_of_others(&self) -> bool {
        false
    }

    /// How the argument of this name is read.
    fn reading(&self, name: &str) -> Reading;
}

/// How the strings of an argument are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As templates.
    Templates,
    /// As they stand.
    Texts,
    /// As references or types, with or without `${…}` around them.
    References,
    /// As templates, but for some arguments inside, which are references.
    Row,
}

/// The layout of a file that holds nothing but values.
pub(super) struct Values;

impl Layout for Values {
    fn block(&self, _: &str) -> Option<(usize, Values)> {
        None
    }

    fn reading(&self, _: &str) -> Reading {
        Reading::Texts
    }
}

/// The layout of a configuration: within a block of a kind, or at the top.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind(&'static str);

/// At the top of a file.
pub(super) const TOP: Kind = Kind("");

impl Kind {
    /// What is read before anything has a value holds its text as it stands, as in Terraform.
    fn is_literal(self, name: &str) -> bool {
        match self.0 {
            "variable" => ["default", "description", "timeout"].contains(&name),
            "output" => name == "description",
            "module" => name == "source",
            "provider" => name == "alias",
            "patchform" | "state" => true,
            _ => false,
        }
    }
}

impl Layout for Kind {
    fn block(&self, name: &str) -> Option<(usize, Kind)> {
        let place = |place| match place {
            Place::Top | Place::Root => self.0.is_empty(),
            Place::Inside(parents) => parents.contains(&self.0),
        };
        let within = || blocks::ALL.iter().any(|block| block.name == self.0 && block.blocks.contains(&name));
        // What `dynamic` makes in `lifecycle` holds what that holds.
        let made = self.0 == "content" && name == "precondition";
        match blocks::ALL.iter().find(|block| block.name == name && (place(block.place) || made || within()))
        {
            Some(block) => Some((block.labels.len(), Kind(block.name))),
            // At the top everything is a block: an unknown one is told with the others.
            None => self.0.is_empty().then_some((0, Kind("unknown"))),
        }
    }

    fn has_arguments_of_others(&self) -> bool {
        ["component", "traffic"].contains(&self.0)
    }

    fn reading(&self, name: &str) -> Reading {
        if self.is_literal(name) {
            return Reading::Texts;
        }
        let is_reference = match self.0 {
            "variable" => name == "type",
            "component" => ["depends_on", "provider", "rollout", "vendor"].contains(&name),
            "maintenance" => name == "window",
            "blackout" => ["components", "services"].contains(&name),
            "service" => name == "members",
            "module" => ["depends_on", "providers"].contains(&name),
            "moved" | "removed" => ["from", "to"].contains(&name),
            "dynamic" => name == "iterator",
            "required_providers" => return Reading::Row,
            _ => false,
        };
        if is_reference { Reading::References } else { Reading::Templates }
    }
}

/// Whether an argument within a row of `required_providers` holds references.
pub(super) fn is_reference_in_row(name: &str) -> bool {
    name == "configuration_aliases"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_one_in_json_wherever_it_may_stand() {
        for block in blocks::ALL {
            let parents: &[&'static str] = match block.place {
                Place::Top | Place::Root => &[""],
                Place::Inside(parents) => parents,
            };
            for parent in parents {
                let found = Kind(parent).block(block.name).map(|(labels, kind)| (labels, kind.0));
                assert_eq!(found, Some((block.labels.len(), block.name)), "{parent}");
            }
            for inner in block.blocks {
                assert!(Kind(block.name).block(inner).is_some(), "{inner} in {}", block.name);
            }
        }
        assert!(Kind("component").block("patch_level").is_none());
        assert!(Kind("content").block("precondition").is_some());
    }
}
