//! What a body in JSON holds: its text alone does not tell blocks from arguments, nor references from texts.

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
    /// Which properties are blocks within, and how many labels each has; the rest are arguments.
    fn blocks(self) -> &'static [(&'static str, usize)] {
        match self.0 {
            "" => &[
                ("patchform", 0),
                ("variable", 1),
                ("locals", 0),
                ("output", 1),
                ("provider", 1),
                ("component", 2),
                ("rollout", 1),
                ("vendor", 1),
                ("maintenance_window", 1),
                ("traffic", 2),
                ("blackout", 1),
                ("feed", 2),
                ("policy", 1),
                ("service", 1),
                ("module", 1),
                ("data", 2),
                ("moved", 0),
                ("removed", 0),
                ("check", 1),
            ],
            "traffic" | "probe" | "log" => &[("connection", 1)],
            "maintenance" => &[("block", 0)],
            "block" => &[("probe", 1), ("log", 0)],
            "patchform" => &[("state", 1), ("required_providers", 0)],
            "variable" => &[("validation", 0)],
            "component" => &[
                ("connection", 1),
                ("snapshot", 0),
                ("check", 2),
                ("lifecycle", 0),
                ("maintenance", 0),
                ("dynamic", 1),
            ],
            "lifecycle" | "output" => &[("precondition", 0), ("dynamic", 1)],
            "policy" => &[("exception", 1)],
            "dynamic" => &[("content", 0)],
            "content" => &[("precondition", 0), ("dynamic", 1)],
            "check at the top" => &[("assert", 0)],
            "removed" => &[("lifecycle", 0)],
            _ => &[],
        }
    }

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
        let at_the_top = self.0.is_empty();
        match self.blocks().iter().find(|(block, _)| *block == name) {
            Some(("check", labels)) if at_the_top => Some((*labels, Kind("check at the top"))),
            Some((block, labels)) => Some((*labels, Kind(block))),
            // At the top everything is a block: an unknown one is told with the others.
            None => at_the_top.then_some((0, Kind("unknown"))),
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
