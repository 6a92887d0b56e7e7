//! `rollout` and `vendor`: what components name.

use super::argument::{argument, words};
use super::{Argument, Block, Need, Place, Takes};
use crate::config::checked::{OnFailure, VendorField};

/// A rollout has at most so many waves of its own.
pub const MOST_WAVES: usize = 100;

/// What a failure may take back.
pub const ON_FAILURE: [(&str, OnFailure); 4] = [
    ("rollback_component", OnFailure::RollbackComponent),
    ("rollback_wave", OnFailure::RollbackWave),
    ("rollback_run", OnFailure::RollbackRun),
    ("halt", OnFailure::Halt),
];

pub const ROLLOUT: Block = Block {
    name: "rollout",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "rollout \"careful\" { … }",
    what: "a rollout block",
    about: "How many components at once, in which waves, and what a failure takes back; components that name the same one share it.",
    arguments: &[
        argument(
            "max_parallel",
            Takes::Special("whole number from 1, or share such as `\"10%\"`"),
            Need::Default("10"),
            "how many of the components that share the rollout are worked on at once; a share is rounded down, and at least one",
        ),
        argument(
            "on_failure",
            Takes::Word(&words(&ON_FAILURE)),
            Need::Default("\"rollback_component\""),
            "what goes back: the component, every instance of its wave, or all that the run has changed, each time with what stands on it and has begun; with `\"halt\"` the run stops and waits for `resume` or `rollback`",
        ),
        argument(
            "canary",
            Takes::Whole(0, u64::MAX),
            Need::Default("0"),
            "how many instances of a block go first; the others begin only when at least one of them is committed and none has failed",
        ),
        argument(
            "waves",
            Takes::Special("list of sizes such as `[1, \"5%\", \"20%\"]`"),
            Need::Default("[]"),
            "how many of the instances that a plan changes are in the first wave after the canary, the second, …; what is left is the last wave; the next wave begins when every instance of the last one is settled, soak included",
        ),
        argument(
            "max_failures",
            Takes::Special("whole number from 1, or share such as `\"10%\"`"),
            Need::Optional("1 with `canary` or `waves`, else no limit"),
            "at so many failures among all components that share the rollout nothing more begins: what has not begun is held for the next plan",
        ),
        argument(
            "soak",
            Takes::Time,
            Need::Default("\"0s\""),
            "how long each component is watched once it is verified: its checks are asked again and again, and one that fails is a failure of the component; only then it is committed",
        ),
        argument(
            "max_per_zone",
            Takes::Whole(1, u64::MAX),
            Need::Default("1"),
            "how many of one `zone` are worked on at once",
        ),
        argument(
            "max_zones",
            Takes::Whole(1, u64::MAX),
            Need::Optional("however many"),
            "of how many zones members are worked on at once: with 1 never two racks at once. Going back does not wait for it",
        ),
        argument(
            "group",
            Takes::Flag,
            Need::Default("false"),
            "whether the blocks that share the rollout share canary and waves, too; else each block has its own",
        ),
    ],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/rollout.pf.hcl"))],
};

const fn says(field: VendorField, need: Need, about: &'static str) -> Argument {
    argument(field.name(), Takes::Text, need, about)
}

const REACHED: Need = Need::Optional("one of `phone`, `email` and `url` is needed");
const UNSAID: Need = Need::Optional("nothing is said");

pub const VENDOR: Block = Block {
    name: "vendor",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "vendor \"acme\" { … }",
    what: "a vendor block",
    about: "Whom to call when a person is needed; printed below the emergency steps of a component that could not be restored.",
    arguments: &[
        says(VendorField::Name, Need::Optional("the block's label"), "who it is"),
        says(VendorField::Phone, REACHED, "number of the telephone"),
        says(VendorField::Email, REACHED, "address of mail"),
        says(VendorField::Url, REACHED, "address of a page, with `://` in it"),
        says(VendorField::Hours, UNSAID, "when somebody answers"),
        says(VendorField::Contract, UNSAID, "number of the support contract"),
        says(VendorField::Case, UNSAID, "number of a case that was opened before"),
        says(VendorField::Note, UNSAID, "anything else that helps in the middle of the night"),
    ],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/vendor.pf.hcl"))],
};
