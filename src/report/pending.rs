//! What an installed level still needs to run, in words.

use crate::report::size;
use patchform_sdk::message::Reload;

/// What it takes until a level is in force.
pub const fn reload(reload: Reload) -> &'static str {
    match reload {
        Reload::None => "nothing",
        Reload::Service => "a restart of its service",
        Reload::Reboot => "a reboot",
        Reload::PowerCycle => "power off and on",
    }
}

/// The same, with the names of who needs it: `a restart of nginx.service and ssh.service`.
pub fn needed(pending: Reload, by: &[String]) -> String {
    match (pending, by) {
        (Reload::None, _) => "a reload".to_string(),
        (_, []) => reload(pending).to_string(),
        (Reload::Service, by) => format!("a restart of {}", size::names(by)),
        (_, by) => format!("{} for {}", reload(pending), size::names(by)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_up_to_a_few() {
        let by = |n: usize| (0..n).map(|i| format!("s{i}")).collect::<Vec<_>>();
        for (pending, n, words) in [
            (Reload::None, 1, "a reload"),
            (Reload::Service, 0, "a restart of its service"),
            (Reload::Service, 1, "a restart of s0"),
            (Reload::Service, 2, "a restart of s0 and s1"),
            (Reload::Service, 5, "a restart of s0, s1, s2, s3 and s4"),
            (Reload::Service, 7, "a restart of s0, s1, s2, s3 and 3 more"),
            (Reload::Reboot, 0, "a reboot"),
            (Reload::Reboot, 1, "a reboot for s0"),
            (Reload::PowerCycle, 0, "power off and on"),
        ] {
            assert_eq!(needed(pending, &by(n)), words);
        }
    }
}
