//! Services through the binary: a plan that takes too much is refused with what would fit; a run keeps enough members up,
//! also when one of them is down or turns out to be ill.

mod lab;

use lab::{Lab, files};

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

/// One is ill before its turn: it is left alone, and counts as away, so that the others are held.
#[test]
fn who_is_ill_already_leaves_no_room_for_the_others() {
    let lab = platform(3, "max_parallel = 1", "min_available = 2");
    lab.write("ill", "h1\n");
    let ran = lab.patchform("apply --auto-approve").exits(5);
    ran.says("1 skipped").says("2 held").says("service.shop keeps 2 of its members available");
    assert_eq!(lab.read("order"), "");
    // With room for one more they go on.
    lab.write("main.pf.hcl", fleet(3, "1.1", "max_parallel = 1", "min_available = 1"));
    lab.patchform("apply --auto-approve").exits(5).says("2 done");
}

#[test]
fn what_is_written_wrong_is_told_with_the_way_out() {
    for (service, says) in [
        ("", "must say how many of its members stay available"),
        ("min_available = 9", "The service \"shop\" cannot have 9 members available"),
        ("min_available = 0", "\"min_available\" must be a number or a share of the components"),
        ("min_available = 1\n  quorum = true", "either \"min_available\" or \"quorum\""),
        ("availability = \"99.9%\"\n  quorum = true", "availability"),
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
