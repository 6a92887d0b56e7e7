//! Services through the binary: a plan that takes too much is refused with what would fit; a run keeps enough members up,
//! also when one of them is down or turns out to be ill.

mod lab;

use lab::{Lab, Ran, files};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// `n` hosts under this rollout and service; a host of which `ill` speaks fails its check.
fn fleet(n: usize, level: &str, rollout: &str, service: &str) -> String {
    let hosts: Vec<String> = (1..=n).map(|k| format!("\"h{k}\"")).collect();
    let patch = "echo + >> order; sleep 0.1; printf %s $PATCHFORM_LEVEL > $NAME; echo - >> order";
    let web = files(&[("web", level, "", patch)])
        .replace(
            "  patch_level",
            &format!(
                "  for_each    = toset([{}])\n  rollout     = rollout.wide\n  patch_level",
                hosts.join(", ")
            ),
        )
        .replace("NAME = \"web\"", "NAME = each.key");
    let check = "  check \"exec\" \"well\" {\n    command = [\"sh\", \"-c\", \"! grep -qx ${each.key} ill\"]\n    within  = \"1s\"\n  }\n}\n";
    let web = web.trim_end().strip_suffix('}').unwrap().to_string() + check;
    let service = match service {
        "" => String::new(),
        rule => format!("service \"shop\" {{\n  members = [command.web]\n  {rule}\n}}\n"),
    };
    format!("rollout \"wide\" {{\n  {rollout}\n}}\n{service}{web}")
}

/// `n` hosts at 1.0 that are to go to 1.1.
fn platform(n: usize, rollout: &str, service: &str) -> Lab {
    let lab = Lab::new(&fleet(n, "1.0", "max_parallel = 9", ""));
    lab.write("ill", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("order", "");
    lab.write("main.pf.hcl", fleet(n, "1.1", rollout, service));
    lab
}

/// The patch of `h1` makes another host ill; the configuration without that.
fn turns_ill(lab: &Lab, other: &str) -> String {
    let text = lab.read("main.pf.hcl");
    let ill = format!("[ $NAME != h1 ] || echo {other} > ill; echo + >> order;");
    lab.write("main.pf.hcl", text.replace("echo + >> order;", &ill));
    text
}

fn at_once(lab: &Lab) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for line in lab.read("order").lines() {
        now = if line == "+" { now + 1 } else { now - 1 };
        most = most.max(now);
    }
    most
}

#[test]
fn a_plan_that_takes_too_much_is_refused_with_what_would_fit() {
    for (rollout, service, says, fits) in [
        (
            "max_parallel = 4",
            "min_available = 3",
            "service.shop keeps 3 of its 4 members available, and",
            Some("max_parallel = 1"),
        ),
        ("max_parallel = 4", "min_available = \"50%\"", "keeps 2 of its 4 members", Some("max_parallel = 2")),
        ("max_parallel = 4", "quorum = true", "keeps 3 of its 4 members", Some("max_parallel = 1")),
        ("max_parallel = 1", "min_available = 4", "keeps 4 of its 4 members", None),
    ] {
        let lab = platform(4, rollout, service);
        let refused = lab.patchform("plan").exits(5);
        let refused = refused.says(says);
        lab.patchform("apply --auto-approve").exits(5);
        assert_eq!(lab.read("order"), "", "nothing was begun");
        let Some(fits) = fits else {
            refused.says("let service.shop do with min_available = 3");
            continue;
        };
        refused.says(&format!("this would fit: {fits} in rollout.wide"));
        lab.write("main.pf.hcl", fleet(4, "1.1", fits, service));
        lab.patchform("plan").exits(0).says("Services").says("4 members away, each about");
        let ran = lab.patchform("apply --auto-approve").exits(0);
        ran.says("how long members were away").says("service.shop  command.web[\"h1\"] ");
        assert_eq!(at_once(&lab).to_string(), fits[fits.len() - 1..]);
    }
}

#[test]
fn the_plan_says_how_long_each_member_is_away() {
    let lab = platform(3, "max_parallel = 1", "min_available = 2");
    lab.patchform("plan")
        .exits(0)
        .says("service.shop  2 of 3 stay available; 3 members away, each about 5.7s");
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    let service = &json["services"][0];
    assert_eq!((service["name"].as_str(), service["min_available"].as_u64()), (Some("shop"), Some(2)));
    assert_eq!(service["expected_downtime_ms"]["command.web[\"h1\"]"], 5_700);
}

/// The last one is ill when the plan is made: whoever goes before it must not be missed beside it.
#[test]
fn who_is_ill_when_the_plan_is_made_counts_as_away() {
    let lab = platform(3, "max_parallel = 1", "min_available = 2");
    lab.write("ill", "h3\n");
    let refused = lab.patchform("apply --auto-approve").exits(5);
    let said = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in [
        "command.web[\"h3\"] (check \"well\": ",
        ") is not available now, and this works",
        "bring back what is not",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert_eq!(lab.read("order"), "", "nothing was begun");
    lab.write("main.pf.hcl", fleet(3, "1.1", "max_parallel = 1", "min_available = 1"));
    lab.patchform("plan").exits(0).says("command.web[\"h3\"]  is not available now: check \"well\": ");
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    let ill: Vec<bool> =
        json["components"].as_array().unwrap().iter().map(|c| c["ill"].is_string()).collect();
    assert_eq!(ill, [false, false, true]);
    // What is only wanted takes nobody away, and who is in no service is not asked.
    let text = fleet(3, "1.1", "max_parallel = 1", "min_available = 2");
    lab.write("main.pf.hcl", text.replace("    within ", "    need    = \"wanted\"\n    within "));
    lab.patchform("plan").exits(0).does_not_say("not available now");
    lab.write("main.pf.hcl", fleet(3, "1.1", "max_parallel = 1", ""));
    lab.patchform("plan").exits(0).does_not_say("not available now");
}

/// One turns ill behind the plan, before its turn: it is left alone, and counts as away, so that the others are held.
#[test]
fn who_turns_ill_behind_the_plan_leaves_no_room_for_the_others() {
    let lab = platform(3, "max_parallel = 1", "min_available = 2");
    lab.patchform("plan --out night.plan").exits(0);
    lab.write("ill", "h1\n");
    let ran = lab.patchform("apply night.plan").exits(5);
    ran.says("1 skipped").says("2 held").says("service.shop keeps 2 of its members available");
    assert_eq!(lab.read("order"), "");
    // With room for one more they go on.
    lab.write("main.pf.hcl", fleet(3, "1.1", "max_parallel = 1", "min_available = 1"));
    lab.patchform("apply --auto-approve").exits(5).says("2 done");
}

/// A third one turns ill while the first is worked on, long before its own turn: whoever comes next is not taken away beside it.
#[test]
fn who_turns_ill_while_another_is_worked_on_leaves_no_room_for_the_next() {
    let lab = platform(4, "max_parallel = 1", "min_available = 3");
    let text = turns_ill(&lab, "h3");
    let ran = lab.patchform("apply --auto-approve").exits(5);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let why =
        "service.shop keeps 3 of its members available, and command.web[\"h3\"] is not (check \"well\":";
    assert!(said.contains(why) && said.contains("2 held"), "{said}");
    assert_eq!(lab.read("order").lines().count(), 2, "the first one alone: {said}");
    // What was ill is well again, and the rest is done.
    lab.write("ill", "");
    lab.write("main.pf.hcl", text);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(at_once(&lab), 1);
}

/// One turns ill while two are worked on at once, of which the service can spare no more: the others go on one at a time.
#[test]
fn whoever_cannot_be_spared_beside_an_ill_one_waits_for_those_that_are_worked_on() {
    let lab = platform(6, "max_parallel = 2", "min_available = 4");
    turns_ill(&lab, "h6");
    let ran = lab.patchform("apply --auto-approve").exits(5);
    ran.says("is ill, and counts as away: check \"well\":").says("5 done").says("1 skipped");
    assert_eq!(at_once(&lab), 2);
    let order = lab.read("order");
    let last: Vec<&str> = order.lines().skip(4).collect();
    assert_eq!(last, ["+", "-", "+", "-", "+", "-"], "one at a time beside the ill one: {order}");
}

/// Who is ill for a moment costs nobody the night: it is asked again before anybody is held for it, or is worked on as ill.
#[test]
fn who_is_well_again_soon_holds_nobody() {
    let lab = platform(4, "max_parallel = 1", "min_available = 3");
    turns_ill(&lab, "h4");
    let mut command = lab.patchform_command("apply --auto-approve");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !lab.patchform("run show").out.contains("; command.web[\"h4\"] is ill") {
        assert!(Instant::now() < until, "it is not told who is ill");
        std::thread::sleep(Duration::from_millis(200));
    }
    // Nobody is held, and it is not skipped.
    std::thread::sleep(Duration::from_secs(7));
    assert_eq!(lab.read("order"), "+\n-\n");
    lab.write("ill", "");
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(ran.out.matches("is ill, and counts as away").count(), 1, "{}", ran.out);
    ran.says("is well again").says("4 done").does_not_say("(attempt 2)");
    assert_eq!(at_once(&lab), 1);
}

/// Who could not be restored is not back: its time goes on, and is told first.
#[test]
fn who_is_stuck_is_still_away() {
    let lab = platform(3, "max_parallel = 1\n  on_failure = \"rollback_component\"", "min_available = 1");
    let text = lab
        .read("main.pf.hcl")
        .replace("echo + >> order;", "[ $NAME != h2 ] || { echo half > $NAME; exit 1; };");
    lab.write("main.pf.hcl", text.replace("-c\", \"if [ -f", "-c\", \"exit 1; if [ -f"));
    let ran = lab.patchform("apply --auto-approve").exits(4);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let services = &said[said.find("how long members were away").unwrap()..];
    let told = |name: &str| services.find(&format!("command.web[\"{name}\"] ")).unwrap();
    assert!(told("h2") < told("h1"), "{services}");
    assert_eq!(services.matches("still away").count(), 1, "{services}");
    let json = lab.patchform("run show --json").exits(0).out;
    assert!(json.contains("\"still_away\": true") || json.contains("\"still_away\":true"), "{json}");
}

/// Who serves until its way back begins is not taken away with all the others, though the rollout's limit would let it; who
/// serves nobody goes first.
#[test]
fn a_service_is_kept_up_on_the_way_back() {
    let lab = platform(4, "max_parallel = 3\n  on_failure = \"rollback_run\"", "min_available = 1");
    let text = lab.read("main.pf.hcl");
    let text = text
        .replace(
            "echo + >> order;",
            "if [ $NAME = h4 ]; then echo half > $NAME; exit 1; fi; echo + >> order;",
        )
        .replace("\"if [ -f", "\"echo back $NAME >> ways; sleep 0.3; if [ -f")
        .replace("; fi\"]", "; fi; echo there $NAME >> ways\"]");
    lab.write("main.pf.hcl", text);
    lab.write("ways", "");
    lab.patchform("apply --auto-approve").exits(3).says("4 restored");
    let ways = lab.read("ways");
    let mut away = std::collections::BTreeSet::from(["h4"]);
    for line in ways.lines() {
        match line.split_once(' ').unwrap() {
            ("back", name) => drop(away.insert(name)),
            (_, name) => drop(away.remove(name)),
        }
        assert!(away.len() < 4, "nobody serves: {ways}");
    }
    assert_eq!(ways.matches("back").count(), 4, "{ways}");
}

/// Two runs that count apart would take too many of a service: a run that has not ended holds it, whichever members it changes.
#[test]
fn one_run_at_a_time_takes_members_of_a_service_away() {
    let lab = platform(3, "max_parallel = 1\n  on_failure = \"halt\"", "min_available = 2");
    let text = lab.read("main.pf.hcl");
    let text = text.replace("echo + >> order;", "[ $NAME != h1 ] || exit 1; echo + >> order;");
    lab.write("main.pf.hcl", text.replace("  env ", "  claims = [each.key]\n  env "));
    lab.patchform("apply --auto-approve --target command.web[\"h1\"]").exits(7);
    let other = "apply --auto-approve --target command.web[\"h2\"]";
    lab.patchform(other).exits(6).says("holds the service service.shop, of which one run at a time");
    assert_eq!(lab.read("h2"), "1.0");
    lab.patchform("run abandon").exits(0);
    lab.patchform(other).exits(0);
}

/// A member that was ill when the plan was made comes in a later wave than those that wait for room: nothing would ever go on.
#[test]
fn what_waits_for_somebody_who_waits_for_it_is_held() {
    let lab = platform(4, "max_parallel = 1\n  canary = 1", "min_available = 2");
    lab.write("ill", "h4\n");
    lab.patchform("plan --out p").exits(0);
    lab.write("ill", "h3\nh4\n");
    let ran = lab.patchform("apply p").exits(5).does_not_say("nothing can go on");
    ran.says("held").says("service.shop keeps 2 of its members available");
    assert_eq!(lab.read("order"), "", "nobody could be spared");
}

#[test]
fn what_is_written_wrong_is_told_with_the_way_out() {
    for (service, says) in [
        ("", "must say how many of its members stay available"),
        ("min_available = 9", "The service \"shop\" cannot have 9 members available"),
        ("min_available = 0", "\"min_available\" must be a number or a share of the components"),
        ("min_available = 1\n  quorum = true", "either \"min_available\" or \"quorum\""),
        ("importance = \"huge\"", "\"huge\" is nothing that \"importance\" can be"),
        ("availability = \"ninety\"", "\"availability\" must be a share of a month"),
        ("availability = \"100.1%\"", "Write a share up to \"100%\""),
        ("availability = \"99%\"\n  timezone = \"Berlin\"", "Did you mean \"Europe/Berlin\"?"),
        ("quorum = true\n  timezone = \"Europe/Berlin\"", "\"timezone\" needs \"availability\""),
        ("min_available = 1\n  members = [command.wed]", "members"),
    ] {
        let rule = if service.is_empty() { " " } else { service };
        Lab::new(&fleet(3, "1.0", "max_parallel = 1", rule)).patchform("validate").exits(1).says(says);
    }
    let text = fleet(3, "1.0", "max_parallel = 1", "quorum = true");
    for (members, says) in [
        ("command.wed", "Did you mean"),
        ("command.web[\"h9\"]", "There is no instance command.web[\"h9\"]"),
        ("var.web", "An entry of \"members\" must name a component or a module"),
    ] {
        let wrong = text.replace("[command.web]", &format!("[{members}]"));
        Lab::new(&wrong).patchform("validate").exits(1).says(says);
    }
}

/// What one run took of a month is missing from what the next one may take; where a journal is gone, that is told.
#[test]
fn a_plan_that_takes_more_of_a_month_than_is_left_is_refused() {
    let promised = |level: &str, availability: &str| {
        let rule = format!("availability = \"{availability}\"\n  timezone = \"Asia/Tokyo\"");
        fleet(1, level, "max_parallel = 1", &rule).replace("sleep 0.1", "sleep 3")
    };
    let lab = platform(1, "max_parallel = 1", "availability = \"99.9%\"");
    lab.write("main.pf.hcl", promised("1.1", "99.9%"));
    lab.patchform("plan")
        .exits(0)
        .says("service.shop  1 member away, each about 5.7s; down for at most about 5.7s: 99.9% leaves")
        .says("nothing spent");
    lab.patchform("apply --auto-approve").exits(0).says("; it was down for 3");
    lab.write("main.pf.hcl", promised("1.2", "99.9%"));
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    let service = &json["services"][0];
    assert_eq!(service["expected_down_ms"], 5_700);
    assert_eq!(
        (&service["promise"]["availability"], &service["min_available"]),
        (&"99.9%".into(), &0.into())
    );
    assert_eq!(service["promise"]["timezone"], "Asia/Tokyo");
    let spent = service["promise"]["spent_ms"].as_u64().unwrap();
    assert!((3_000..60_000).contains(&spent), "{spent}");

    // Of any month these leave 7 or 8 seconds, and less than one.
    for (availability, says) in [
        ("99.9997%", "it fits again when the month is over, at "),
        ("99.99999%", "must be a share of a month"),
        ("100%", "no month leaves that much"),
    ] {
        lab.write("main.pf.hcl", promised("1.2", availability));
        let ran = lab.patchform("apply --auto-approve");
        assert_ne!(ran.code, 0);
        ran.says(says);
    }
    lab.write("main.pf.hcl", promised("1.2", "99.9997%"));
    lab.patchform("plan")
        .exits(5)
        .says("the plan breaks a promise: service.shop promises 99.9997% of ")
        .says("3");
    assert_eq!(lab.read("order").lines().count(), 2, "nothing was begun");

    // Enough of it stays up: no promise is touched.
    lab.write("main.pf.hcl", promised("1.1", "100%"));
    lab.patchform("plan").exits(0);
    let runs = lab.path(".patchform/runs");
    for run in std::fs::read_dir(runs).unwrap() {
        let journal = run.unwrap().path().join("journal");
        if journal.exists() {
            std::fs::remove_dir_all(journal).unwrap();
        }
    }
    lab.write("main.pf.hcl", promised("1.2", "99.9%"));
    lab.patchform("plan")
        .exits(0)
        .says("nothing spent as far as known (the journals of 2 runs cannot be read)");
}

/// With others up the service is, and the run says so by saying nothing.
#[test]
fn who_is_away_alone_takes_nothing_down() {
    let lab = platform(2, "max_parallel = 1", "availability = \"100%\"");
    lab.patchform("plan").exits(0).says("2 members away").says("; it stays up: 100% leaves nothing in ");
    let ran = lab.patchform("apply --auto-approve").exits(0);
    assert!(!ran.out.contains("was down"), "{}", ran.out);
}
