//! What a drawing shows of a node: its label, its class, and what a plan would do to it.

use patchform_sdk::message::Class;

/// A node as drawings show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its address.
    pub label: String,
    /// Its block's address: instances of one block have it in common.
    pub block: String,
    /// A second line, such as `1.4.0 → 1.5.0`; may be empty.
    pub detail: String,
    /// Nodes of one class stand together.
    pub class: Class,
    /// Its colour.
    pub tone: Tone,
}

/// What a plan would do to a node; a drawing without a plan has only `Plain` ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// No plan was given, or nothing changes.
    #[default]
    Plain,
    /// It is installed.
    Install,
    /// It changes.
    Change,
    /// It goes down, or goes away.
    Downgrade,
    /// It may not change.
    Blocked,
    /// It waits for another one.
    Held,
    /// It was left out, or is no longer managed.
    Excluded,
}

impl Tone {
    /// Every tone but the plain one.
    pub const COLOURED: [Tone; 6] =
        [Tone::Install, Tone::Change, Tone::Downgrade, Tone::Blocked, Tone::Held, Tone::Excluded];

    /// Its name in a drawing's source.
    pub const fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Install => "install",
            Tone::Change => "change",
            Tone::Downgrade => "downgrade",
            Tone::Blocked => "blocked",
            Tone::Held => "held",
            Tone::Excluded => "excluded",
        }
    }

    /// Fill and border, as `#rrggbb`; told apart by people who cannot tell red from green.
    pub const fn colours(self) -> (&'static str, &'static str) {
        match self {
            Tone::Plain => ("#ffffff", "#666666"),
            Tone::Install => ("#d5f0e3", "#009e73"),
            Tone::Change => ("#d6e9f8", "#0072b2"),
            Tone::Downgrade => ("#f9e3f0", "#cc79a7"),
            Tone::Blocked => ("#fbdcc9", "#d55e00"),
            Tone::Held => ("#fdf3c8", "#b8860b"),
            Tone::Excluded => ("#f0f0f0", "#aaaaaa"),
        }
    }
}

/// A class as people call it: `operating system`.
pub const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Virtualization => "virtualization",
        Class::OperatingSystem => "operating system",
        Class::NetworkEquipment => "network equipment",
        Class::SecurityEquipment => "security equipment",
        Class::Database => "database",
        Class::ManagementTerminal => "management terminal",
        Class::MachineImage => "machine image",
        Class::Firmware => "firmware",
        Class::Other => "other",
    }
}

/// The nodes of each class that occurs, classes in the order of the design's list.
pub(super) fn by_class(nodes: &[Node]) -> Vec<(Class, Vec<usize>)> {
    let mut classes = std::collections::BTreeMap::<Class, Vec<usize>>::new();
    for (i, node) in nodes.iter().enumerate() {
        classes.entry(node.class).or_default().push(i);
    }
    classes.into_iter().collect()
}
