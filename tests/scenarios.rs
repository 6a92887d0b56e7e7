//! A web fleet of two zones behind a real HAProxy, under a steady load of requests: what a night of patching brings.

#[path = "lab/clock.rs"]
mod clock;
#[path = "scenarios/fleet.rs"]
mod fleet;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/front.rs"]
mod front;
mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/sshd.rs"]
mod sshd;
#[path = "lab/web.rs"]
mod web;

use clock::Clock;
use fleet::Fleet;
use lab::Ran;

/// One zone after the other: the canary, the rest of its zone, and the other zone, two at once at most.
const ZONE_BY_ZONE: &str =
    "canary = 1\n  waves = [1]\n  max_parallel = 2\n  max_per_zone = 2\n  soak = \"300ms\"";

/// One host after the other.
const ONE_BY_ONE: &str = "canary = 1\n  waves = [1]\n  max_parallel = 1\n  soak = \"200ms\"";

/// A service of all hosts that keeps so many of them.
fn shop(least: u64) -> String {
    format!("service \"shop\" {{\n  members       = [command.web]\n  min_available = {least}\n}}\n")
}

/// What its members keep to, and a window of each night.
fn night(start: &str, duration: &str) -> (&'static str, String) {
    let window = format!(
        "maintenance_window \"night\" {{\n  timezone = \"Europe/Berlin\"\n  start    = \"{start}\"\n  duration = \"{duration}\"\n}}\n"
    );
    ("    window        = maintenance_window.night\n", window)
}

#[test]
fn two_zones_are_patched_end_to_end_with_not_one_failed_request() {
    let Some(fleet) = Fleet::new(2) else { return };
    fleet.wants("1.1", ZONE_BY_ZONE, "", &shop(2));
    fleet.run("plan").exits(0).says("command.web  canary 1 → 1 → 2").says("2 of 4 stay available");
    let load = fleet.load();
    fleet.run("apply --auto-approve").exits(0).says("4 done").says("how long members were away");
    load.was_unharmed();
    fleet.all_serve();
    assert_eq!(fleet.levels(), "1.1 1.1 1.1 1.1");
    let away = fleet.away();
    assert_eq!(away.most, 2, "{away:?}");
    assert!(away.across.is_empty(), "hosts of two zones were away at once: {away:?}");
    assert_eq!(away.order[..2], ["web-east-1", "web-east-2"], "{away:?}");
}

#[test]
fn a_patch_that_breaks_the_third_host_stops_there_and_the_load_is_unharmed() {
    let Some(fleet) = Fleet::new(2) else { return };
    let third = &fleet.hosts["web-west-1"].sshd.lab;
    third.write("ill-with-1.1", "");
    fleet.wants("1.1", ONE_BY_ONE, "", &shop(3));
    let load = fleet.load();
    fleet
        .run("apply --auto-approve")
        .exits(3)
        .says("2 done, 1 restored, 1 held")
        .says("rollout.web allows no more failures after that of command.web[\"web-west-1\"]");
    fleet.all_serve();
    assert_eq!(fleet.levels(), "1.1 1.1 1.0 1.0");
    assert_eq!(fleet.away().order, ["web-east-1", "web-east-2", "web-west-1"], "the fourth was touched");
    // The level is rejected there; the fourth is taken up.
    fleet
        .run("apply --auto-approve")
        .exits(5)
        .says("1.1 was given up by run")
        .says("answered 404, expected 200")
        .says("patchform allow 'command.web[\"web-west-1\"]'");
    assert_eq!(fleet.levels(), "1.1 1.1 1.0 1.1");
    load.was_unharmed();
    fleet.all_serve();
}

#[test]
fn a_window_that_closes_mid_run_lets_end_what_runs_and_begins_nothing_new() {
    let Some(fleet) = Fleet::new(1) else { return };
    let Some(clock) = Clock::new(&fleet.lab) else { return };
    let (keeps, window) = night("01:00", "3h");
    fleet.wants("1.1", ONE_BY_ONE, keeps, &window);
    let load = fleet.load();
    fleet.waits_half_way("web-east-1");
    clock.set("2027-06-08T01:30:00Z");
    let run = fleet.starts_at(&clock, "apply --auto-approve");
    fleet.is_half_way("web-east-1");
    clock.set("2027-06-08T02:00:01Z");
    fleet.goes_on("web-east-1");
    Ran::of(run.wait_with_output().unwrap())
        .exits(5)
        .says("1 done, 1 skipped")
        .says("it is outside of its window night; it may start at 2027-06-09 01:00 Europe/Berlin (+02:00)");
    assert_eq!(fleet.levels(), "1.1 1.0");
    fleet.all_serve();
    fleet.at(&clock, "2027-06-08T12:00:00Z", "apply --auto-approve").exits(5).says("nothing was begun");
    fleet.at(&clock, "2027-06-08T23:10:00Z", "apply --auto-approve").exits(0).says("1 done");
    load.was_unharmed();
    assert_eq!(fleet.levels(), "1.1 1.1");
    fleet.all_serve();
}

#[test]
fn nights_on_which_clocks_are_changed_are_as_long_as_others() {
    let Some(fleet) = Fleet::new(1) else { return };
    let Some(clock) = Clock::new(&fleet.lab) else { return };
    let (keeps, window) = night("02:30", "1h");
    let load = fleet.load();
    // There is no 02:30: it opens when clocks show 03:00.
    fleet.wants("1.1", ONE_BY_ONE, keeps, &window);
    fleet
        .at(&clock, "2027-03-28T00:59:30Z", "apply --auto-approve")
        .exits(5)
        .says("2027-03-28 03:00 Europe/Berlin (+02:00)");
    fleet
        .at(&clock, "2027-03-28T01:00:05Z", "apply --auto-approve --target command.web[\"web-west-1\"]")
        .exits(0);
    assert_eq!(fleet.levels(), "1.0 1.1");
    // 02:30 comes twice. It opens the first time, and at the second 02:05 half an hour of it has passed: it goes on.
    fleet.wants("1.2", ONE_BY_ONE, keeps, &window);
    fleet.waits_half_way("web-east-1");
    clock.set("2027-10-31T00:35:00Z");
    let run = fleet.starts_at(&clock, "apply --auto-approve");
    fleet.is_half_way("web-east-1");
    clock.set("2027-10-31T01:05:00Z");
    fleet.goes_on("web-east-1");
    Ran::of(run.wait_with_output().unwrap()).exits(0).says("2 done");
    // At the second 02:30 it has been open for its hour.
    fleet.wants("1.3", ONE_BY_ONE, keeps, &window);
    fleet
        .at(&clock, "2027-10-31T01:30:05Z", "apply --auto-approve")
        .exits(5)
        .says("may start at 2027-11-01 02:30 Europe/Berlin (+01:00)");
    load.was_unharmed();
    fleet.all_serve();
    assert_eq!(fleet.levels(), "1.2 1.2");
}

#[test]
fn a_controller_killed_while_a_host_is_drained_and_blocked_leaves_neither_in_the_end() {
    let Some(fleet) = Fleet::new(1) else { return };
    let block = r#"
    block {
      ports     = [80]
      log_group = 5

      probe "http" {
        url      = "http://${each.value.host}/level"
        timeout  = "1s"
        interval = "100ms"
        within   = "3s"
      }
      log {
        file   = "${each.value.folder}/refused.log"
        within = "4s"
      }
    }
"#;
    let host = &fleet.hosts["web-east-1"];
    let rules = host.rules();
    for (way, level, ends) in [("resume", "1.1", "1.1 1.1"), ("rollback", "1.2", "1.1 1.1")] {
        fleet.wants(level, ONE_BY_ONE, block, "");
        fleet.asks_on_the_host();
        fleet.waits_half_way("web-east-1");
        let load = fleet.load();
        let mut controller = fleet.starts(fleet.command("apply --auto-approve"));
        fleet.is_half_way("web-east-1");
        controller.kill().unwrap();
        controller.wait().unwrap();
        assert_eq!(fleet.front.states()[0].2, 1, "it is drained");
        assert!(host.rules().contains("patchform_") && !host.lets_in(), "it is blocked: {}", host.rules());
        fleet.goes_on("web-east-1");
        fleet.run(way).exits(0);
        load.was_unharmed();
        fleet.all_serve();
        assert_eq!(host.rules(), rules, "its own protections are on");
        assert!(host.lets_in());
        assert_eq!(fleet.levels(), ends, "{way}");
    }
}

/// Two sorts of down: a host that nobody reaches, and one whose server is not there.
#[test]
fn a_member_that_was_down_before_the_run_counts_and_is_told() {
    let Some(fleet) = Fleet::new(2) else { return };
    let down = &fleet.hosts["web-west-2"];
    let away = "command.web[\"web-west-2\"] (";
    down.sshd.reach(false);
    fleet.front.until("it is down", || fleet.front.states()[3].1 == 0);
    fleet.wants("1.1", ONE_BY_ONE, "", &shop(3));
    fleet.run("apply --auto-approve").exits(5).says(away).says("bring back what is not available first");
    assert_eq!(fleet.levels(), "1.0 1.0 1.0 1.0");
    fleet.wants("1.1", ONE_BY_ONE, "", &shop(2));
    let load = fleet.load();
    fleet
        .run("apply --auto-approve")
        .exits(5)
        .says("3 done")
        .says("it could not be read")
        .says("make it readable and plan again");
    load.was_unharmed();
    assert_eq!(fleet.away().most, 1);
    assert_eq!(fleet.levels(), "1.1 1.1 1.1 1.0");
    down.sshd.reach(true);
    fleet.front.until("it is back", || fleet.front.states()[3].1 == 2);

    down.on_it(&format!("nginx -c {} -s stop", down.sshd.lab.path("nginx.conf").display()));
    fleet.front.until("it is down", || fleet.front.states()[3].1 == 0);
    fleet.wants("1.2", ONE_BY_ONE, "", &shop(3));
    let refused = fleet.run("apply --auto-approve").exits(5).says(away);
    let said = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Connection refused") && said.contains(") is not available now"), "{said}");
    assert_eq!(fleet.levels(), "1.1 1.1 1.1 1.0");
}
