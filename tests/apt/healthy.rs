//! Checks that ask the host itself: systemd and the journal, on a booted Debian.

use super::kind::flat;
use super::{component, prepared, text};

const CHECKS: &str = r#"
  check "systemd" "up" {
    units = ["pf-app.service", "systemd-journald.service"]
  }
  check "systemd" "none-failed" {
    need     = "kept"
    failures = 1
  }
  check "journal" "quiet" {
    pattern   = "pf-boom"
    look_back = "2s"
    need      = "kept"
    within    = "2s"
  }
"#;

#[test]
fn systemd_and_the_journal_are_asked_before_and_after() {
    let Some(host) = prepared() else { return };
    let lab = component(&host, "pf-app = \"1.1-1\"", CHECKS);
    // A unit had failed before, and an error of long ago does not count.
    host.says("logger -p user.err pf-boom of before; systemd-run --unit=pf-sick false; sleep 3");
    let said = flat(&lab.patchform("apply --auto-approve").exits(0).out);
    let sick =
        "check \"none-failed\" is ill, as it was before the patch: the unit pf-sick.service has failed";
    assert!(said.contains(sick), "{said}");
    assert!(!said.contains("pf-boom"), "{said}");

    // Its next patch writes an error, once: what follows its way back is another matter.
    host.says(
        "echo 'DPkg::Post-Invoke { \"if rm /root/boom 2>/dev/null; then logger -p user.err pf-boom anew; fi\"; };' \
         >/etc/apt/apt.conf.d/99boom; touch /root/boom; sleep 3",
    );
    lab.write("main.pf.hcl", text(&host, "pf-app = \"2.0-1\"", CHECKS));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    let anew = "check \"quiet\" was not ill before: the journal has new entries, the last one: pf-boom anew";
    assert!(said.contains(anew), "{said}");
    super::stands(&host, "pf-app", "1.1-1");

    // Its unit is stopped: the patch does not begin.
    host.says("systemctl stop pf-app");
    lab.patchform("allow apt.host").exits(0);
    let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
    assert!(said.contains("the unit pf-app.service is inactive, not active"), "{said}");
}
