//! What becomes of a host's answer.

use super::*;
use crate::pins::Pins;
use crate::sample::SAMPLE;
use patchform_sdk::message::Reload;
use proptest::prelude::*;
use serde_json::{Value, json};

fn sum(digit: &str) -> String {
    digit.repeat(64)
}

/// An upgrade of app 1 → 2 that pulls in lib 1 → 2 and new 1.
fn host() -> String {
    format!(
        "inst app amd64 1 2\ninst lib all 1 2\ninst new all - 1\npackage app amd64 1 ii\npackage lib all 1 ii\n\
         uri new http://m/app_2_amd64.deb app_2_amd64.deb 20 {a}\nuri new http://m/lib_2_all.deb lib_2_all.deb 30 {a}\n\
         uri new http://m/new_1_all.deb new_1_all.deb 5 {a}\nuri old http://m/app_1_amd64.deb app_1_amd64.deb 10 {a}\n\
         uri old file:/c/lib_1_all.deb lib_1_all.deb 15 {a}\nunpacked 100\nfree 4000 /usr\nfree 5000 /var/cache\n\
         unit app.service\nuses web.service\n",
        a = sum("a")
    )
}

fn judge(body: &str, arguments: Value) -> Result<Preview, String> {
    let lines = answer::lines(&format!("patchform-answer\n{body}\nend\n"))?;
    let level = [("app".to_string(), "2".to_string())].into();
    let arguments: Arguments = serde_json::from_value(arguments).unwrap();
    Asked { manager: &SAMPLE, level: &level, arguments: &arguments, is_far: true, lines: &lines }.judge()
}

#[test]
fn all_that_happens_is_told() {
    let preview = judge(&host(), json!({})).unwrap();
    let pulled: Vec<_> =
        preview.pulled_in.iter().map(|p| (p.name.as_str(), p.from.as_deref(), p.to.as_deref())).collect();
    assert_eq!(pulled, [("lib", Some("1"), Some("2")), ("new", None, Some("1"))]);
    assert_eq!(preview.services, ["app.service", "web.service"]);
    assert_eq!((preview.reload, preview.removed.len()), (Reload::Service, 0));
    let pins = Pins::of(&SAMPLE, &preview.artifacts).unwrap();
    assert_eq!((pins.installed().count(), pins.kept().count(), pins.removed().count()), (3, 2, 0));
    assert_eq!((preview.ways_back.len(), preview.ways_back[0].size), (1, 25));
    assert_eq!(preview.space, 100 * 1024 + 2 * 80);
    let kept = judge(&format!("keeps dbus.service\n{}", host()), json!({})).unwrap();
    assert_eq!(kept.services, preview.services);
    assert_eq!(kept.warnings, ["runs old code until the host reboots, and is never restarted: dbus.service"]);
    let way_in = |arguments: Value| {
        let told = judge(&host().replace("web.service", "ssh.service"), arguments).unwrap().warnings;
        told.iter().any(|told| told.starts_with("touches what lets people log in (ssh.service)"))
    };
    assert!(way_in(json!({})) && !way_in(json!({ "confirm_within": "5m" })));
    let named = judge(&host(), json!({ "restart": [] })).unwrap();
    assert_eq!(named.reload, Reload::None);
}

#[test]
fn what_is_not_allowed_is_refused_with_the_way_out() {
    let why = |more: &str, arguments: Value| judge(&format!("{more}\n{}", host()), arguments).unwrap_err();
    let removed = format!(
        "remv old 3\npackage old all 3 ii\nuri old http://m/old_3_all.deb old_3_all.deb 1 {}\n",
        sum("b")
    );
    assert!(why(&removed, json!({})).contains(r#"write `allow_removal = ["old"]`"#));
    assert!(why("remv app 1\n", json!({})).contains("app of another architecture"));
    let allowed = judge(&format!("{removed}{}", host()), json!({ "allow_removal": ["old"] })).unwrap();
    assert_eq!(allowed.removed, ["old"]);
    assert_eq!(Pins::of(&SAMPLE, &allowed.artifacts).unwrap().removed().count(), 1);
    let dropped = "remv old 3\npackage old all 3 ii\n";
    assert!(why(dropped, json!({ "allow_removal": ["old"] })).contains("old 3 is neither"));

    assert!(why("broken db all 1 iF", json!({})).contains("an earlier installation of db was not finished"));
    assert!(why("ill web.service", json!({})).contains("has failed there already"));
    assert!(why("free 10 /usr", json!({})).contains("1 MB are needed"));
    let held = host().replace("package app amd64 1 ii", "package app amd64 1 hi");
    assert!(judge(&held, json!({})).unwrap_err().contains("allow_held = true"));
    assert!(judge(&held, json!({ "allow_held": true })).is_ok());
    let other = host().replace("package lib all 1 ii", "package lib all 1 hi");
    assert!(judge(&other, json!({ "allow_held": true })).unwrap_err().contains("lib, which is on hold"));
    let failed = "failed Version '2' for 'app' was not found\nknown app 1\nknown app 3\n";
    let said = judge(failed, json!({})).unwrap_err();
    assert!(said.contains("was not found; its repositories have: app 1, app 3"), "{said}");
}

#[test]
fn a_reboot_is_planned_where_it_is_needed_and_allowed() {
    let sum = sum("a");
    let kernel = format!(
        "inst linux-image-amd64 amd64 1 2\nuri new http://m/l.deb linux-image-amd64_2_amd64.deb 1 {sum}\n{}",
        host()
    );
    assert!(judge(&kernel, json!({})).unwrap_err().contains("write `reboot = \"when_needed\"`"));
    let needed = json!({ "reboot": "when_needed", "restart": [] });
    let preview = judge(&kernel, needed.clone()).unwrap();
    assert_eq!(preview.reload, Reload::Reboot);
    assert_eq!(preview.durations["reload"], 180_000);
    assert_eq!(judge(&host(), needed.clone()).unwrap().reload, Reload::None);
    assert_eq!(judge(&host(), json!({ "reboot": "always" })).unwrap().reload, Reload::Reboot);
    let asks = format!("asks lib\nreboot-pending\n{}", host());
    assert_eq!(judge(&asks, needed).unwrap().reload, Reload::Reboot);
    let never = judge(&asks, json!({})).unwrap();
    assert_eq!(never.reload, Reload::Service);
    assert!(never.warnings.iter().any(|w| w.contains("lib may ask for a reboot")), "{:?}", never.warnings);
}

#[test]
fn what_is_not_whole_is_repaired_where_that_is_asked_for() {
    let repair = json!({ "repair": true });
    let broken =
        format!("broken db all 1 iF\nbroken lib all 1 iHR\nill web.service\ninterrupted\n{}", host());
    assert!(judge(&broken, json!({})).is_err());
    let warnings = judge(&broken, repair).unwrap().warnings.join("; ");
    for told in [
        "dpkg was interrupted there",
        "db 1 is half configured, and apt configures it",
        "lib 1 must be installed anew, and is repaired: going back leaves it unpacked",
        "web.service has failed there already",
    ] {
        assert!(warnings.contains(told), "{told}: {warnings}");
    }
}

#[test]
fn what_a_run_had_brought_goes_with_it() {
    let brought = format!(
        "remv new 1\npurge new\npackage new all 1 ii\nuri old http://m/new_1_all.deb new_1_all.deb 5 {}\n",
        sum("a")
    );
    let host: String = host()
        .lines()
        .filter(|line| !line.contains("new_1_all") && !line.starts_with("inst new"))
        .map(|line| format!("{line}\n"))
        .collect();
    let preview = judge(&(brought + &host), json!({})).unwrap();
    assert_eq!(preview.removed, ["new"]);
    assert!(
        preview.artifacts.iter().any(|a| a.source.ends_with("#purge=new/all/1")),
        "{:?}",
        preview.artifacts
    );
}

#[test]
fn a_version_that_is_gone_is_no_way_back() {
    let gone: String =
        host().lines().filter(|line| !line.contains("lib_1")).map(|line| format!("{line}\n")).collect();
    let preview = judge(&gone, json!({})).unwrap();
    assert!(preview.ways_back.is_empty());
    assert!(preview.warnings.iter().any(|w| w.contains("lib 1 is neither")), "{:?}", preview.warnings);
}

#[test]
fn hostile_answers_pin_nothing_strange() {
    for (from, to) in [
        ("http://m/app_2_amd64.deb", "-oDir::Etc=x"),
        ("http://m/app_2_amd64.deb", "http://m/'$(id)'"),
        ("20 aaaa", "20 xaaa"),
        ("inst app amd64 1 2", "inst app ../x 1 2"),
        ("inst lib all 1 2", "inst lib all 1 $(id)"),
    ] {
        assert!(host().contains(from), "{from}");
        assert!(judge(&host().replacen(from, to, 1), json!({})).is_err(), "{to}");
    }
    let other = host().replace("inst app amd64 1 2", "inst app amd64 1 3");
    assert!(judge(&other, json!({})).unwrap_err().contains("another version of app"));
    let many: String = (0..50_000).map(|i| format!("changed app /etc/{i}\n")).collect();
    assert_eq!(judge(&(many + &host()), json!({})).unwrap().warnings.len(), 50_000);
}

proptest! {
    #[test]
    fn damaged_answers_are_read_or_refused(at in 0usize..900, with in "[ -~\n]{0,12}", cut in 0usize..12) {
        let mut text = host();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.replace_range(at..end, &with);
        if let Ok(preview) = judge(&text, json!({})) {
            prop_assert!(Pins::of(&SAMPLE, &preview.artifacts).is_ok());
        }
    }
}
