//! `component` and the blocks inside of it, but for checks.

use super::argument::{argument, later, words};
use super::{Block, Example, Holds, Need, Place, Takes};
use patchform_advisory::priority::Exposure;
use patchform_sdk::message::Class;

const EXAMPLE: Example = &[("main.pf.hcl", include_str!("examples/component.pf.hcl"))];
const INSIDE: Place = Place::Inside(&["component"]);
const CONNECTING: Place = Place::Inside(&["component", "traffic", "probe", "log"]);

/// Every class of component.
pub const CLASSES: [(&str, Class); 9] = [
    ("virtualization", Class::Virtualization),
    ("operating_system", Class::OperatingSystem),
    ("network_equipment", Class::NetworkEquipment),
    ("security_equipment", Class::SecurityEquipment),
    ("database", Class::Database),
    ("management_terminal", Class::ManagementTerminal),
    ("machine_image", Class::MachineImage),
    ("firmware", Class::Firmware),
    ("other", Class::Other),
];

/// Who can reach a component.
pub const EXPOSURES: [(&str, Exposure); 2] = [("public", Exposure::Public), ("internal", Exposure::Internal)];

pub const COMPONENT: Block = Block {
    name: "component",
    sort: None,
    place: Place::Top,
    labels: &["kind", "name"],
    written: "component \"release\" \"api\" { … }",
    what: "a component",
    about: "A thing with a patch level; expressions call it `KIND.NAME`.",
    arguments: &[
        argument(
            "patch_level",
            Takes::Special("string, or map of strings, as the kind says"),
            Need::Required("patch_level = \"1.2.3\""),
            "the level that it should have, in quotes; a map manages exactly its keys, but for those that are null",
        ),
        argument(
            "for_each",
            Takes::Special("map, or set of strings"),
            Need::Optional("one component"),
            "makes an instance per key; `each.key` and `each.value` are known in the block",
        ),
        argument(
            "count",
            Takes::Whole(0, 1_000_000),
            Need::Optional("one component"),
            "makes so many instances, `[0]`, `[1]`, …; `count.index` is known in the block",
        ),
        argument(
            "depends_on",
            Takes::Special("list of components and modules"),
            Need::Default("[]"),
            "what must be done first, as `release.db`, `release.db[\"key\"]` or `module.eu`",
        )
        .holding(Holds::Name),
        argument(
            "provider",
            Takes::Special("`name` or `name.alias`"),
            Need::Optional("the one that offers the kind"),
            "the provider that it belongs to",
        )
        .holding(Holds::Name),
        argument(
            "class",
            Takes::Word(&words(&CLASSES)),
            Need::Optional("that of the kind"),
            "what class of component it is",
        ),
        argument(
            "exposure",
            Takes::Word(&words(&EXPOSURES)),
            Need::Optional("nobody said, which counts as public wherever that is worse"),
            "who can reach it: `\"public\"`, anybody over a public network; `\"internal\"`, trusted parties only; findings are judged by it",
        ),
        argument(
            "rollout",
            Takes::Special("`rollout.NAME`"),
            Need::Optional("one instance first, then 10 at once, each goes back alone"),
            "how many at once, in which waves, and what a failure takes back",
        )
        .holding(Holds::Name),
        argument(
            "zone",
            Takes::Text,
            Need::Optional("none"),
            "the failure domain that it stands in, such as a rack: of those that share a rollout, no two of one zone are worked on at once unless `max_per_zone` allows it",
        ),
        argument(
            "vendor",
            Takes::Special("`vendor.NAME`"),
            Need::Optional("nobody"),
            "whom to call when it could not be restored",
        )
        .holding(Holds::Name),
        later("owner", "which party owns it"),
        later("service_model", "from which the owner follows"),
    ],
    blocks: &["connection", "snapshot", "check", "role", "lifecycle", "maintenance", "dynamic"],
    more: "The arguments of its kind, which its provider declares. A null is as if the argument were left out.",
    example: EXAMPLE,
};

pub const CONNECTION_LOCAL: Block = Block {
    name: "connection",
    sort: Some("local"),
    place: CONNECTING,
    labels: &["way"],
    written: "connection \"local\" {}",
    what: "a local connection",
    about: "The target is the machine that patchform runs on, which is so without a connection, too.",
    arguments: &[],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

const SSH: &str = "that of ssh";

pub const CONNECTION_SSH: Block = Block {
    name: "connection",
    sort: Some("ssh"),
    place: CONNECTING,
    labels: &["way"],
    written: "connection \"ssh\" { … }",
    what: "an ssh connection",
    about: "The target is a host, reached by the system's OpenSSH client with its settings, agent and known hosts.",
    arguments: &[
        argument(
            "host",
            Takes::Text,
            Need::Required("host = \"db-1.example\""),
            "a name or address, or a `Host` of the configuration of ssh",
        ),
        argument("port", Takes::Whole(1, 65_535), Need::Optional(SSH), "the port"),
        argument("user", Takes::Text, Need::Optional(SSH), "who logs in"),
        argument(
            "identity",
            Takes::Text,
            Need::Optional("those of ssh"),
            "file of the private key; no other is offered",
        ),
        argument(
            "config",
            Takes::Text,
            Need::Optional("`~/.ssh/config`"),
            "another configuration of ssh, in place of the user's",
        ),
        argument(
            "sudo",
            Takes::Flag,
            Need::Default("false"),
            "whether everything runs as root, by `sudo -n`",
        ),
        argument(
            "wait",
            Takes::Time,
            Need::Default("\"90s\""),
            "how long a host that does not answer is tried again, each time that something is asked of it",
        ),
    ],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/connection.pf.hcl"))],
};

pub const CONNECTION_CHROOT: Block = Block {
    name: "connection",
    sort: Some("chroot"),
    place: CONNECTING,
    labels: &["way"],
    written: "connection \"chroot\" { path = \"/srv/image\" }",
    what: "a chroot connection",
    about: "The target is a system in a folder of this machine, entered by `chroot`; patchform must run as root.",
    arguments: &[argument(
        "path",
        Takes::Text,
        Need::Required("path = \"/srv/image\""),
        "the folder, absolute; `/proc` and `/dev` must be mounted in it",
    )],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/connection-chroot.pf.hcl"))],
};

pub const CONNECTION_CONTAINER: Block = Block {
    name: "connection",
    sort: Some("container"),
    place: CONNECTING,
    labels: &["way"],
    written: "connection \"container\" { name = \"web-1\" }",
    what: "a container connection",
    about: "The target is a running container of this machine, booted by systemd-nspawn, and entered from here; patchform must run as root.",
    arguments: &[
        argument("name", Takes::Text, Need::Required("name = \"web-1\""), "what `machinectl list` calls it"),
        argument(
            "wait",
            Takes::Time,
            Need::Default("\"90s\""),
            "how long a container that does not answer is tried again, each time that something is asked of it",
        ),
    ],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/connection-container.pf.hcl"))],
};

pub const SNAPSHOT: Block = Block {
    name: "snapshot",
    sort: None,
    place: INSIDE,
    labels: &[],
    written: "snapshot { … }",
    what: "a snapshot block",
    about: "How the ways back are kept.",
    arguments: &[
        argument("keep", Takes::Whole(1, u64::MAX), Need::Default("2"), "so many of the newest are kept"),
        argument(
            "keep_for",
            Takes::Time,
            Need::Optional("for ever"),
            "older ones are dropped, but never one that an open run or the last run of the component holds",
        ),
        argument(
            "may_lose_data",
            Takes::Flag,
            Need::Default("false"),
            "whether a way back may be used that throws away data written since",
        ),
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const LIFECYCLE: Block = Block {
    name: "lifecycle",
    sort: None,
    place: INSIDE,
    labels: &[],
    written: "lifecycle { … }",
    what: "a lifecycle block",
    about: "What may be done to a component.",
    arguments: &[
        argument(
            "allow_downgrade",
            Takes::Flag,
            Need::Default("false"),
            "whether a level below the observed one is applied; without it the component is only shown as ahead",
        ),
        argument(
            "install",
            Takes::Flag,
            Need::Default("true"),
            "whether a component that is not there is brought there; without it such a one is blocked",
        ),
        argument(
            "allow_irreversible",
            Takes::Flag,
            Need::Default("false"),
            "whether a patch is done that has no way back",
        ),
    ],
    blocks: &["precondition", "dynamic"],
    more: "",
    example: EXAMPLE,
};

const MADE: Example = &[("main.pf.hcl", include_str!("examples/dynamic.pf.hcl"))];

pub const DYNAMIC: Block = Block {
    name: "dynamic",
    sort: None,
    place: Place::Inside(&["component", "lifecycle", "content"]),
    labels: &["kind"],
    written: "dynamic \"check\" { … }",
    what: "a dynamic block",
    about: "Makes a block per element of a collection: `check`, `connection`, `snapshot`, `role`, `lifecycle` or `precondition`.",
    arguments: &[
        argument(
            "for_each",
            Takes::Special("list, set or map"),
            Need::Required("for_each = var.ports"),
            "the collection",
        ),
        argument(
            "iterator",
            Takes::Special("name without quotes"),
            Need::Optional("the kind of block"),
            "what `NAME.key` and `NAME.value` are called in `labels` and `content`",
        )
        .holding(Holds::Name),
        argument("labels", Takes::Texts, Need::Default("[]"), "the labels of each block"),
    ],
    blocks: &["content"],
    more: "",
    example: MADE,
};

pub const CONTENT: Block = Block {
    name: "content",
    sort: None,
    place: Place::Inside(&["dynamic"]),
    labels: &[],
    written: "content { … }",
    what: "a content block",
    about: "What each block holds that `dynamic` makes.",
    arguments: &[],
    blocks: &["dynamic"],
    more: "The arguments and blocks of the kind that is made.",
    example: MADE,
};
