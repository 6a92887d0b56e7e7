//! `assess` and `propose` through the binary, on the packages of this machine. A host that is patched: `tests/apt/assessed.rs`.

#[path = "lab/catalog.rs"]
mod catalog;
mod lab;
// The checker of the schemas, as the unit tests of src/report use it; it needs `crate::model`.
#[path = "../src/report/schema.rs"]
#[allow(dead_code, reason = "the unit tests use more of it")]
mod schema;

use catalog::{advisories, collected, offered};
use lab::Lab;
use patchform::catalog::{Content, Edition, Taking, Writer};
use patchform::config::checked::FeedFormat;
use patchform::model;
use patchform::model::Moment;
use patchform_advisory::{Provenance, kev, osv};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

/// A catalogue of KEV with one entry.
fn exploited(lab: &Lab, cve: &str) {
    let text = json!({"catalogVersion": "1", "dateReleased": "2026-11-20T00:00:00.0000Z", "count": 1, "vulnerabilities": [
        {"cveID": cve, "vendorProject": "x", "product": "x", "vulnerabilityName": "x", "dateAdded": "2026-11-03",
         "shortDescription": "x", "requiredAction": "x", "dueDate": "2026-11-24", "knownRansomwareCampaignUse": "Known",
         "notes": "", "cwes": []}]});
    let catalog = kev::Catalog::read(text.to_string().as_bytes()).unwrap();
    collected(lab, "kev", FeedFormat::Kev, &Content::Exploited(catalog));
}

/// What was said, on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The version of tar on this machine, whose source has no other package.
fn tar_here() -> Option<String> {
    let shown = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "tar"]).output().ok()?;
    let os = std::fs::read_to_string("/etc/os-release").ok()?;
    let is_debian = os.lines().any(|line| line == "ID=debian") && shown.status.success();
    if !is_debian {
        eprintln!("skipped: this machine is no Debian");
    }
    is_debian.then(|| String::from_utf8(shown.stdout).unwrap())
}

/// The release of this machine, as OSV writes it.
fn release_here() -> String {
    let os = std::fs::read_to_string("/etc/os-release").unwrap();
    let version = os.lines().find_map(|line| line.strip_prefix("VERSION_ID=")).unwrap();
    format!("Debian:{}", version.trim_matches('"'))
}

fn here(version: &str, more: &str) -> Lab {
    let component = format!(
        "component \"apt\" \"here\" {{\n  patch_level = {{ tar = \"{version}\" }} # the archiver\n  exposure    = \"public\"\n}}\n"
    );
    let lab = Lab::new(&format!("{component}{more}"));
    lab.patchform("init").exits(0);
    lab
}

#[test]
fn what_is_installed_here_is_held_against_the_catalog() {
    let Some(version) = tar_here() else { return };
    let policy = "policy \"kev-due\" {\n  exception \"later\" {\n    cve     = \"CVE-2026-10003\"\n    because = \"No way in.\"\n    until   = \"2099-01-01\"\n  }\n}\n";
    let lab = here(&version, policy);
    lab.patchform("assess").exits(1).says("patchform collect");
    let evil = "a trap \u{1b}[2J\u{7} for terminals";
    advisories(
        &lab,
        &release_here(),
        &[
            ("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), evil),
            ("DSA-2", "CVE-2026-10002", "tar", Some("0.1"), "long fixed"),
            ("DSA-3", "CVE-2026-10003", "tar", None, "open"),
        ],
    );
    exploited(&lab, "CVE-2026-10001");
    let shown = lab.patchform("assess").exits(0);
    let text = flat(&shown.out);
    for told in [
        "apt.here Debian:",
        &format!("tar {version} 99.0 critical CVE-2026-10001: "),
        "overdue by ",
        "2 findings open (1 critical, 1 medium), 1 overdue, 1 without a fix.",
        "patchform propose",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    for form in
        ["--by cve", "--by deadline --all", "--json", "--sarif", "--csv", "--explain CVE-2026-10001@apt.here"]
    {
        let shown = lab.patchform(&format!("assess {form}")).exits(0);
        assert!(!shown.out.contains(['\u{1b}', '\u{7}']), "{form}: {}", shown.out);
        assert!(shown.out.contains("CVE-2026-10001"), "{form}: {}", shown.out);
    }
    lab.patchform("assess --explain CVE-2026-10001@apt.here")
        .exits(0)
        .says("affected")
        .says("below 99.0")
        .says("DSA-1 of the feed osv")
        .says("listed on 2026-11-03, used by ransomware")
        .says("kev-due: listed");
    lab.patchform("assess --explain CVE-2026-10002@apt.here")
        .exits(0)
        .says("not affected")
        .says("fixed in 0.1");
    lab.patchform("assess --explain CVE-2026-99999@apt.here").exits(1).says("no proof");
    lab.patchform("assess --explain CVE-2026-10001").exits(1).says("names no component");
    lab.patchform("assess --fail-on overdue").exits(2);
    lab.patchform("assess --fail-on critical").exits(2);
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    let published = schema::Schema::parse(include_str!("../docs/schemas/assessment.schema.json"));
    assert_eq!(published.complaints(&json), Vec::<String>::new());
    let first = &json["findings"][0];
    assert_eq!((first["priority"].as_str(), first["standing"].as_str()), (Some("critical"), Some("overdue")));
    assert_eq!(first["fix"]["level"], "99.0");
    let sarif: Value = serde_json::from_str(&lab.patchform("assess --sarif").exits(0).out).unwrap();
    // OASIS, SARIF 2.1.0, Schemata/sarif-schema-2.1.0.json.
    let standard = schema::Schema::parse(include_str!("assess/sarif-schema-2.1.0.json"));
    assert_eq!(standard.complaints(&sarif), Vec::<String>::new());
    let mut mute = sarif.clone();
    mute["runs"][0]["results"][0]["message"] = Value::Null;
    assert!(!standard.complaints(&mute).is_empty(), "the schema lets everything pass");
    let at = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        (at["artifactLocation"]["uri"].as_str(), at["region"]["startLine"].as_u64()),
        (Some("main.pf.hcl"), Some(2))
    );
    assert_eq!(lab.patchform("assess --csv").exits(0).out.lines().count(), 3);

    // The record is withdrawn: the finding is closed, by no run.
    advisories(&lab, &release_here(), &[("DSA-3", "CVE-2026-10003", "tar", None, "open")]);
    lab.patchform("assess").exits(0).says("1 finding closed by no run of patchform").says("1 finding open");
    lab.patchform("assess").exits(0).does_not_say("closed");
    lab.patchform("assess --fail-on overdue").exits(0);
}

/// An exception that nobody sees to be empty, or over, is believed.
#[test]
fn an_exception_that_lets_nothing_pass_is_told() {
    let Some(version) = tar_here() else { return };
    let exception = |name: &str, what: &str, until: &str| {
        format!(
            "  exception \"{name}\" {{\n    {what}\n    because = \"No way in.\"\n    until   = \"{until}\"\n  }}\n"
        )
    };
    let all = [
        exception("good", "advisory = \"DSA-1\"", "2099-01-01"),
        exception("mistyped", "cve = \"CVE-2026-99999\"", "2099-01-01"),
        exception("over", "component = \"apt.here\"", "2026-01-31"),
        exception("early", "advisory = \"DSA-1-1\"\n    from = \"2098-01-01\"", "2099-01-01"),
    ];
    let policy = |all: &[String]| format!("policy \"essential-eight-2\" {{\n{}}}\n", all.concat());
    let lab = here(&version, &policy(&all));
    advisories(&lab, &release_here(), &[("DSA-1-1", "CVE-2026-10001", "tar", Some("99.0"), "x")]);
    let text = flat(&lab.patchform("assess").exits(0).does_not_say("exception good").out);
    for told in [
        "The exception mistyped of essential-eight-2 covers no finding",
        "The exception over of essential-eight-2 lapsed on 2026-01-31: 1 finding that it let pass counts again",
        "The exception early of essential-eight-2 begins on 2098-01-01; until then it lets nothing pass (1 finding)",
        "let pass until 2099-01-01",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    let told: Vec<_> = json["idle_exceptions"].as_array().unwrap().iter().map(|one| &one["why"]).collect();
    assert_eq!(told, ["empty", "lapsed", "not_begun"]);
    // Of what was not looked at nothing is said.
    let elsewhere = here(
        &version,
        &format!(
            "component \"apt\" \"other\" {{\n  patch_level = {{ gzip = \"0.1\" }}\n}}\n{}",
            policy(&all[..2])
        ),
    );
    advisories(&elsewhere, &release_here(), &[("DSA-1-1", "CVE-2026-10001", "tar", Some("99.0"), "x")]);
    elsewhere.patchform("assess --target apt.other").exits(0).does_not_say("covers no finding");
    // A reference in place of a name is one mistake.
    lab.write(
        "main.pf.hcl",
        format!(
            "component \"apt\" \"here\" {{\n  patch_level = {{ tar = \"{version}\" }}\n}}\n{}",
            policy(&[exception("x", "component = apt.here", "2099-01-01")])
        ),
    );
    lab.patchform("validate").exits(1).says("1 error").does_not_say("names no CVE");
}

/// People have the name that their vendor's mail has.
#[test]
fn a_vulnerability_is_found_by_each_name_and_what_is_none_is_told() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "component \"apt\" \"other\" {\n  patch_level = { gzip = \"0.1\" }\n}\n");
    advisories(
        &lab,
        &release_here(),
        &[
            ("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "x"),
            ("DSA-2", "CVE-2026-10002", "gzip", Some("99.0"), "x"),
        ],
    );
    lab.patchform("assess --explain dsa-1@apt.here").exits(0).says("CVE-2026-10001").says("below 99.0");
    lab.patchform("assess --explain DSA-2@apt.here").exits(1).says("belongs to apt.other").says("--explain");
    lab.patchform("propose --for DSA-1 --dry-run").exits(0).says("Raise tar of apt.here to 99.0");
    lab.patchform("propose --for DSA-9 --dry-run").exits(1).says("no feed says anything of DSA-9");
    let withdrawn = json!({"id": "DSA-3", "modified": "2026-11-20T00:00:00Z", "withdrawn": "2026-11-21T00:00:00Z",
        "upstream": ["CVE-2026-10003"], "affected": [{"package": {"ecosystem": release_here(), "name": "tar"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]});
    let record = osv::read(withdrawn.to_string().as_bytes(), &Provenance::default()).unwrap().0;
    collected(&lab, "taken-back", FeedFormat::Osv, &Content::Advisories(vec![record]));
    for asked in ["assess --explain CVE-2026-10003@apt.here", "propose --for DSA-3"] {
        lab.patchform(asked).exits(1).says("was withdrawn").says("DSA-3 of the feed taken-back");
    }
}

#[test]
fn an_update_that_closes_no_hole_is_no_finding() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    advisories(
        &lab,
        &release_here(),
        &[
            ("ALBA-2026:1002", "", "tar", Some("99.0"), "mends"),
            ("ALBA-2026:1003", "CVE-2026-10003", "tar", Some("99.0"), "closes"),
        ],
    );
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    let names: Vec<&Value> =
        json["findings"].as_array().unwrap().iter().map(|one| &one["vulnerability"]).collect();
    assert_eq!(names, ["CVE-2026-10003"]);
    lab.patchform("assess --explain ALBA-2026:1002@apt.here").exits(1).says("is a bug fix or an enhancement");
}

/// That nothing was found where nothing is known is no good news.
#[test]
fn a_platform_that_no_feed_speaks_of_is_told_and_never_passes() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    exploited(&lab, "CVE-2026-10001");
    let told = format!("no feed in the catalog says anything of {}", release_here());
    assert!(flat(&lab.patchform("assess").exits(0).out).contains(&told));
    lab.patchform("assess --fail-on any").exits(1).says("nobody knows whether");
    let proposed = lab.patchform("propose").exits(0);
    assert!(flat(&proposed.err).contains("says anything of apt.here"), "{}", proposed.err);
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    assert_eq!(json["without_advisories"], json!(["apt.here"]));
    // Another release's advisories do not speak of this one.
    advisories(&lab, "Debian:3", &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "old")]);
    lab.patchform("assess --fail-on any").exits(1);
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("0.1"), "long fixed")]);
    lab.patchform("assess --fail-on any").exits(0);
}

/// What fell silent is not what was closed.
#[test]
fn a_finding_stays_where_the_catalog_has_no_advisory_any_more() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "a trap")]);
    exploited(&lab, "CVE-2026-10001");
    lab.patchform("assess --fail-on any").exits(2);
    let mut writer = Writer::open(&lab.path(".patchform/catalog.db")).unwrap();
    assert_eq!(writer.keep_only(&["kev"].into()).unwrap(), ["osv"]);
    drop(writer);
    lab.patchform("assess --fail-on any").exits(1).says("nobody knows whether").does_not_say("closed by");
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    assert_eq!((&json["without_advisories"], &json["closed"]), (&json!(["apt.here"]), &json!([])));
    // It was open all the time.
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "a trap")]);
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    assert_eq!(json["findings"][0]["reopened"], Value::Null);
}

#[test]
fn a_finding_that_nobody_can_tell_any_more_stays_open() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    let says =
        |fix| advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some(fix), "a trap")]);
    says("no version");
    lab.patchform("assess --fail-on any").exits(0).says("1 that cannot be told").does_not_say("any more");
    says("99.0");
    lab.patchform("assess --fail-on any").exits(2);
    says("no version");
    let shown = lab.patchform("assess --fail-on any").exits(2).does_not_say("closed by");
    assert!(
        flat(&shown.out).contains("Of what was open before 1 finding cannot be told any more"),
        "{}",
        shown.out
    );
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    assert_eq!(json["doubtful"][0]["vulnerability"], "CVE-2026-10001");
    says("0.1");
    lab.patchform("assess --fail-on any").exits(0).says("1 finding closed by no run");
    let shown = lab.patchform("assess --explain CVE-2026-10001@apt.here").exits(0).says("not affected");
    assert!(flat(&shown.out).contains("by no run of patchform, at "), "{}", shown.out);
}

/// An advisory often gets its CVE when its term has begun.
#[test]
fn a_finding_that_gets_another_name_counts_since_it_was_seen_first() {
    let Some(_) = tar_here() else { return };
    let lab = here("0.0-none", "");
    let says = |more: Value| {
        let mut record = json!({"id": "DSA-6001-1", "modified": "2026-11-20T00:00:00Z", "affected": [{"package":
            {"ecosystem": release_here(), "name": "tar"}, "ranges": [{"type": "ECOSYSTEM",
            "events": [{"introduced": "0"}, {"fixed": "99.0"}]}]}]});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let record = osv::read(record.to_string().as_bytes(), &Provenance::default()).unwrap().0;
        collected(&lab, "osv", FeedFormat::Osv, &Content::Advisories(vec![record]));
        let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
        assert_eq!(json["closed"], json!([]), "{more}");
        let all = json["findings"].as_array().unwrap();
        let told = all.iter().map(|one| (one["vulnerability"].clone(), one["first_seen"].clone()));
        told.collect::<Vec<_>>()
    };
    let first = says(json!({}));
    assert_eq!(first[0].0, "DSA-6001-1");
    let since = || first[0].1.clone();
    assert_eq!(says(json!({"upstream": ["CVE-2026-1"]})), [(json!("CVE-2026-1"), since())]);
    // Of several the new one is new, and no clock of the other begins anew.
    let both = says(json!({"upstream": ["CVE-2026-1", "CVE-2026-2"]}));
    assert_eq!((&both[0], both.len()), (&(json!("CVE-2026-1"), since()), 2));
    let aliased = says(json!({"aliases": ["CVE-2026-1"], "upstream": ["CVE-2026-2"]}));
    assert_eq!(aliased[0], (json!("CVE-2026-1"), since()));
}

/// Neither a component that comes first on the same host nor `count` begins a term anew.
#[test]
fn what_is_found_counts_since_it_was_seen_first_whoever_has_its_package() {
    let Some(version) = tar_here() else { return };
    let lab = here("0.0-none", "");
    let text = lab.read("main.pf.hcl");
    let others = text.replace("tar =", "no-such-package =");
    lab.write("main.pf.hcl", &others);
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "a trap")]);
    let seen = |component: &str| {
        let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
        assert_eq!(json["findings"][0]["component"], component, "{version}");
        assert_eq!(json["closed"], json!([]));
        json["findings"][0]["first_seen"].as_str().unwrap().to_string()
    };
    let first = seen("apt.here");
    lab.write(
        "main.pf.hcl",
        format!("{others}{}", others.replace("\"here\"", "\"aaa\"").replace("such", "other")),
    );
    assert_eq!(seen("apt.aaa"), first);
    lab.write("main.pf.hcl", others.replace("\"here\" {", "\"aaa\" {\n  count = 1"));
    assert_eq!(seen("apt.aaa[0]"), first);
}

/// One that is let pass hides none that is overdue in the same row.
#[test]
fn a_row_is_due_when_the_first_of_it_is_that_no_exception_lets_pass() {
    let Some(version) = tar_here() else { return };
    let policy = "policy \"essential-eight-2\" {\n  exception \"later\" {\n    advisory = \"DSA-1\"\n    because  = \"No way in.\"\n    until    = \"2099-01-01\"\n  }\n}\n";
    let lab = here(&version, policy);
    advisories(
        &lab,
        &release_here(),
        &[
            ("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "a trap"),
            ("DSA-2", "CVE-2026-10002", "tar", Some("99.0"), "another one"),
        ],
    );
    for by in ["component", "deadline"] {
        let told = flat(&lab.patchform(&format!("assess --by {by}")).exits(0).out);
        assert!(told.contains("medium CVE-2026-10002") && told.contains("overdue by"), "{told}");
        assert!(told.contains(", 1 overdue, 1 let pass by an exception"), "{told}");
        let named = if by == "component" { "1 let pass by later" } else { "let pass by later" };
        assert!(told.contains(named), "{told}");
        assert_eq!(told.contains("let pass until"), by == "deadline", "{told}");
    }
    assert!(lab.patchform("assess --csv").exits(0).out.contains("later, until 2099-01-01: No way in."));
    assert!(lab.patchform("assess --sarif").exits(0).out.contains("later, until 2099-01-01: No way in."));
}

#[test]
fn what_a_service_means_weighs_the_findings_of_its_members() {
    let Some(version) = tar_here() else { return };
    for (importance, priority) in [("", "critical"), ("low", "high"), ("high", "critical")] {
        let service = match importance {
            "" => String::new(),
            word => {
                format!("service \"backups\" {{\n  members    = [apt.here]\n  importance = \"{word}\"\n}}\n")
            }
        };
        let lab = here(&version, &service);
        advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "a trap")]);
        exploited(&lab, "CVE-2026-10001");
        let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
        assert_eq!(json["findings"][0]["priority"], priority, "{importance}");
    }
}

#[test]
fn what_was_found_before_must_be_whole() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "x")]);
    lab.patchform("assess").exits(0).says("No policy block");
    let kept = lab.read("patchform.state.findings.json");
    lab.write(
        "patchform.state.findings.json",
        kept.replace("DSA", "XXX").replace("CVE-2026-10001", "CVE-2026-10002"),
    );
    lab.patchform("assess").exits(1).says("damaged").says("put it back from a backup");
    lab.write(
        "patchform.state.findings.json",
        kept.replacen("\"format_version\":2", "\"format_version\":9", 1),
    );
    lab.patchform("assess").exits(6).says("newer patchform");
}

#[test]
fn a_proposal_changes_the_level_and_nothing_else() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    let before = lab.read("main.pf.hcl");
    advisories(
        &lab,
        &release_here(),
        &[
            ("DSA-1", "CVE-2026-10001", "tar", Some("99.0"), "x"),
            ("DSA-2", "CVE-2026-10002", "tar", Some("98.0"), "x"),
            ("DSA-3", "CVE-2026-10003", "gzip", Some("99.0"), "not in the level"),
            ("DSA-4", "CVE-2026-10004", "tar", None, "no fix"),
        ],
    );
    // What would pass a gate by a slip of the hand is an error.
    lab.patchform("propose --for CVE-2026-77777").exits(1).says("no feed says anything of CVE-2026-77777");
    lab.patchform("propose --due-within 7d").exits(1).says("policy \"bod-26-04\" {}");
    lab.patchform("assess --fail-on overdue").exits(1).says("nothing is ever due");
    for verb in ["propose", "assess --fail-on any"] {
        lab.patchform(&format!("{verb} --target apt.nix")).exits(1).says("there is no component apt.nix");
    }
    lab.patchform("assess --explain cve-2026-10001@apt.here").exits(0).says("CVE-2026-10001");
    lab.patchform("propose --for cve-2026-10002 --dry-run")
        .exits(0)
        .says("+  patch_level = { tar = \"98.0\"");
    lab.patchform("propose --dry-run").exits(0).says("+  patch_level = { tar = \"99.0\" } # the archiver");
    assert_eq!(lab.read("main.pf.hcl"), before);
    let shown = lab.patchform("propose").exits(0);
    let text = flat(&shown.out);
    for told in [
        "Raise tar of apt.here to 99.0",
        "- CVE-2026-10001 (",
        "- CVE-2026-10002 (",
        "its patch_level does not name the package: gzip of apt.here (main.pf.hcl:2)",
        "there is no fix: tar of apt.here (main.pf.hcl:2)",
        "1 level raised",
    ] {
        assert!(text.contains(told), "{told}\n{}", shown.out);
    }
    assert_eq!(lab.read("main.pf.hcl"), before.replace(&version, "99.0"));
    // Asked for already, and never lowered.
    lab.patchform("propose").exits(0).says("Nothing to raise").says("asks for the fixed level already");
    let higher = before.replace(&version, "100.0");
    lab.write("main.pf.hcl", &higher);
    lab.patchform("propose").exits(0).says("Nothing to raise");
    assert_eq!(lab.read("main.pf.hcl"), higher);
    // A level that an expression makes is left to a person.
    let made = format!(
        "locals {{\n  level = \"{version}\"\n}}\n{}",
        before.replace(&format!("\"{version}\""), "local.level")
    );
    lab.write("main.pf.hcl", &made);
    lab.patchform("propose").exits(0).says("change it by hand");
    assert_eq!(lab.read("main.pf.hcl"), made);
}

/// A level of another release would be none that the host's own archive has.
#[test]
fn no_host_is_sent_to_a_version_of_another_release() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    let text = lab.read("main.pf.hcl");
    advisories(&lab, &release_here(), &[("DSA-1", "CVE-2026-10001", "tar", Some("97.0"), "a trap")]);
    for suite in ["lenny", "jammy-updates", "stable"] {
        offered(&lab, suite, &["99.0"]);
    }
    let told = "a version of the suite stable";
    assert!(flat(&lab.patchform("assess").exits(0).says(told).out).contains("97.0"));
    lab.patchform("propose --dry-run").exits(0).says(told).says("Raise tar of apt.here to 97.0");
    lab.write("main.pf.hcl", text.replace(&version, ">= 1.0"));
    lab.patchform("propose --upgrade").exits(0).says("97.0").does_not_say("99.0");
    offered(&lab, &release_here(), &["98.0"]);
    lab.write("main.pf.hcl", text);
    lab.patchform("propose --dry-run").exits(0).says("Raise tar of apt.here to 98.0");
}

#[test]
fn the_catalog_says_how_fresh_its_feeds_are() {
    let Some(version) = tar_here() else { return };
    let lab = here(&version, "");
    let mut writer = Writer::open(&lab.path(".patchform/catalog.db")).unwrap();
    let taking = Taking {
        name: "old",
        format: FeedFormat::Osv,
        origin: "feed",
        max_age: Duration::from_secs(60),
        now: Moment(1_700_000_000_000),
        checked: Some(Moment(1_700_000_000_000)),
        accept_shrink: true,
        accept_older: true,
    };
    writer
        .take(
            &taking,
            &Edition { digest: "0".repeat(64), ..Edition::default() },
            &Content::Advisories(Vec::new()),
        )
        .unwrap();
    drop(writer);
    lab.patchform("assess").exits(0).says("The feed old is stale").says("has not answered well");
}
