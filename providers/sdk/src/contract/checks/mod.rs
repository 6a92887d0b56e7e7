//! The checks, by what they look at.

mod acting;
mod crashing;
mod directing;
mod greeting;
mod looking;
mod switching;

use crate::contract::Check;

/// All checks, in the order in which they run.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "handshake",
        about: "it greets, and takes a newer minor version",
        run: greeting::handshake,
    },
    Check {
        name: "version",
        about: "another major version is answered with an error",
        run: greeting::version,
    },
    Check { name: "describe", about: "its description is well-formed", run: greeting::describe },
    Check {
        name: "unknown-fields",
        about: "fields that it does not know are ignored",
        run: greeting::unknown_fields,
    },
    Check {
        name: "unknown-methods",
        about: "a method that it does not know is an error -32601",
        run: greeting::unknown_methods,
    },
    Check { name: "garbage", about: "lines that are no messages are survived", run: greeting::garbage },
    Check { name: "shutdown", about: "shutdown is answered and ends the process", run: greeting::shutdown },
    Check {
        name: "end-of-input",
        about: "the end of its input ends the process",
        run: greeting::end_of_input,
    },
    Check {
        name: "validate",
        about: "the contract's component is valid at both levels",
        run: looking::validate,
    },
    Check {
        name: "read-stable",
        about: "two readings are the same, with a digest and a target",
        run: looking::stable,
    },
    Check { name: "read-no-effect", about: "a reading changes nothing", run: looking::read_no_effect },
    Check {
        name: "read-order",
        about: "readings come in the order of the request, whatever the chunk",
        run: looking::order,
    },
    Check {
        name: "preview-no-effect",
        about: "a preview is ready and changes nothing",
        run: looking::preview_no_effect,
    },
    Check {
        name: "inventory",
        about: "an inventory names the reading's target and its packages, and changes nothing",
        run: looking::inventory,
    },
    Check {
        name: "concurrent-reads",
        about: "many requests at once are all answered",
        run: looking::concurrent,
    },
    Check {
        name: "cycle",
        about: "snapshot, patch, verify, restore: the reading equals the one before",
        run: acting::cycle,
    },
    Check {
        name: "install-cycle",
        about: "the same from absent: what was not there is not there again",
        run: acting::install_cycle,
    },
    Check { name: "restore-twice", about: "a restore is safe twice", run: acting::restore_twice },
    Check { name: "drop", about: "a snapshot can be dropped, twice", run: acting::drop_snapshot },
    Check { name: "same-id", about: "the same action id twice acts once", run: acting::same_id },
    Check {
        name: "token",
        about: "a lower fencing token is refused and changes nothing",
        run: acting::token,
    },
    Check {
        name: "expected-digest",
        about: "a wrong expected digest is refused and changes nothing",
        run: acting::expected,
    },
    Check {
        name: "broken",
        about: "a bad level is not called good, and can be taken back",
        run: acting::broken,
    },
    Check {
        name: "concurrent-patches",
        about: "patches of several components at once",
        run: acting::concurrent,
    },
    Check { name: "cancel", about: "a cancelled action is answered, and truly", run: acting::cancel },
    Check {
        name: "probe-before",
        about: "a fresh process says before of what never began",
        run: crashing::before,
    },
    Check {
        name: "probe-keeps",
        about: "what was probed as before does not begin afterwards, nor does an older token",
        run: crashing::keeps,
    },
    Check { name: "probe-after", about: "a fresh process says after of what was done", run: crashing::after },
    Check {
        name: "kill",
        about: "killed in mid-patch: a fresh process tells how far it came",
        run: crashing::kill,
    },
    Check {
        name: "kill-same-id",
        about: "killed in mid-patch: the same id does not act again",
        run: crashing::kill_same_id,
    },
    Check {
        name: "switch",
        about: "killed under a dead man's switch: the target goes back, and a fresh process tells",
        run: switching::unconfirmed,
    },
    Check {
        name: "switch-missing",
        about: "where no dead man's switch can be armed the patch is refused",
        run: switching::without,
    },
    Check {
        name: "traffic",
        about: "traffic is taken away and given back, for each who wants that, and a fresh process tells",
        run: directing::traffic,
    },
];
