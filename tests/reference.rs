//! The reference: `docs/reference/` and `patchform reference` are made of the program's own tables. `UPDATE=1` writes
//! the pages anew. `tests/arguments.rs` holds the table of blocks against the checker.

mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
mod server;

use lab::Lab;
use patchform::config::blocks::ALL;
use patchform::config::functions::{SUBJECTS, Work};
use patchform::config::types::Type;
use patchform::report::reference::{self, Article, Group};
use patchform_sdk::Provider as _;
use patchform_sdk::message::{Description, Kind};
use serde_json::Value as Json;
use server::Server;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const ABOUT: &str = "Every block with its arguments, every kind of component that is bundled, every function; each with an example. The pages are \
made by a test (`tests/reference.rs`) of the tables that the program itself uses, and `patchform reference NAME` prints the same on \
the terminal. [The configuration language](../language.md) tells how all of it belongs together.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference")
}

fn bundled() -> Vec<(&'static str, Description)> {
    vec![
        ("apt", patchform_provider_apt::APT.describe()),
        ("dnf", patchform_provider_dnf::DNF.describe()),
        ("command", patchform_provider_command::Commands.describe()),
        ("haproxy", patchform_provider_haproxy::Haproxy.describe()),
        ("release", patchform_provider_release::Releases.describe()),
    ]
}

fn kinds() -> Vec<(&'static str, String, Kind)> {
    let kinds = |(provider, description): (&'static str, Description)| {
        description.kinds.into_iter().map(move |(name, kind)| (provider, name, kind))
    };
    bundled().into_iter().flat_map(kinds).collect()
}

/// Every page by its name.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for block in ALL {
        let article = reference::block(block.name).expect("a block");
        let title = format!("The block `{}`", block.name);
        pages.insert(format!("{}.md", block.name), reference::page(&title, "", &[article]));
    }
    for subject in SUBJECTS {
        let articles: Vec<Article> = subject.functions().map(reference::function).collect();
        let title = format!("Functions: {}", subject.title);
        pages.insert(page_of_subject(&title), reference::page(&title, subject.about, &articles));
    }
    let mut groups = reference::groups();
    let mut of_kinds = Vec::new();
    for (provider, name, kind) in kinds() {
        let article = reference::kind(provider, &name, &kind);
        let about =
            format!("[More of it](../kinds/{name}.md): what runs where, what is left on disk, limits.");
        pages.insert(
            format!("kind-{name}.md"),
            reference::page(&format!("The kind `{name}`"), &about, &[article]),
        );
        of_kinds.push((name, kind.summary));
    }
    groups.insert(1, Group { title: "Kinds".into(), names: of_kinds });
    let link = |group: &Group, name: &str| match group.title.as_str() {
        "Blocks" => format!("{name}.md"),
        "Kinds" => format!("kind-{name}.md"),
        title => format!("{}#{name}", page_of_subject(title)),
    };
    pages.insert("index.md".into(), reference::index("Reference", ABOUT, &groups, &link));
    pages
}

fn page_of_subject(title: &str) -> String {
    let found = SUBJECTS.iter().find(|subject| title.ends_with(subject.title));
    format!("functions-{}.md", found.expect("a subject").name)
}

#[test]
fn the_pages_are_what_the_tables_say() {
    let pages = pages();
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(folder()).expect("a folder");
        let stale = fs::read_dir(folder()).expect("a folder").flatten();
        let stale = stale.filter(|entry| !pages.contains_key(&*entry.file_name().to_string_lossy()));
        stale.for_each(|entry| fs::remove_file(entry.path()).expect("a page"));
        pages.iter().for_each(|(name, text)| fs::write(folder().join(name), text).expect("a page"));
    }
    let there = fs::read_dir(folder()).into_iter().flatten().flatten();
    let there: BTreeMap<String, String> = there
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("a page");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&there),
        names(&pages),
        "UPDATE=1 cargo test --test reference writes docs/reference anew"
    );
    for (name, text) in &pages {
        assert_eq!(&there[name], text, "{name}: UPDATE=1 cargo test --test reference writes it anew");
    }
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let pages = pages();
    for (name, text) in &pages {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let there = match pages.get(file) {
                Some(page) => heading.is_empty() || page.contains(&format!("\n## {heading}\n")),
                None => folder().join(file).is_file(),
            };
            assert!(there, "{name}: {link}");
        }
    }
}

#[test]
fn only_configurations_stand_in_fences_of_their_language() {
    for (name, text) in &pages() {
        let mut before: Vec<&str> = text.split("```hcl\n").map(str::trim_end).collect();
        before.pop();
        assert!(before.iter().all(|text| !text.ends_with("`:") || text.ends_with(".hcl`:")), "{name}");
    }
}

#[test]
fn every_example_of_a_block_is_valid() {
    let mut tried = Vec::new();
    for block in ALL.iter().filter(|block| !block.example.is_empty()) {
        if tried.contains(&block.example) {
            continue;
        }
        let lab = Lab::empty();
        block.example.iter().for_each(|(name, text)| lab.write(name, text));
        let texts = block.example;
        // The one example that asks a server finds its files there.
        let server = Server::plain(move |asked| {
            let file =
                texts.iter().find(|(name, _)| asked.path().ends_with(name)).expect("a file of the example");
            server::answer("200 OK", "", file.1.as_bytes())
        });
        if block.sort == Some("http") {
            lab.write("patchform.pfvars", format!("mirror = \"{}\"\n", server.url()));
        }
        let ran = lab.patchform("validate").exits(0);
        assert_eq!(ran.err, "", "{}", block.written);
        tried.push(block.example);
    }
    assert!(tried.len() >= 15, "{}", tried.len());
}

#[test]
fn every_example_of_a_kind_is_valid_and_has_all_its_arguments() {
    let kinds =
        kinds().into_iter().map(|(provider, name, kind)| (provider, name, kind.example, kind.arguments));
    let traffic = bundled().into_iter().flat_map(|(provider, description)| {
        let types = description.traffic.into_iter();
        types.map(move |(name, kind)| (provider, format!("traffic {name}"), kind.example, kind.arguments))
    });
    for (provider, name, example, arguments) in kinds.chain(traffic) {
        let ran = Lab::new(&example).patchform("validate").exits(0);
        assert_eq!(ran.err, "", "{provider}");
        for argument in arguments.keys() {
            let there = example.lines().any(|line| {
                line.split_once('=').is_some_and(|(before, _)| before.trim() == argument.as_str())
            });
            assert!(there, "the example of {name} has no {argument}");
        }
    }
}

/// A plan of a block's example, whose components stand at level 1.
fn plan(block: &str, line: &str) -> lab::Ran {
    let lab = Lab::empty();
    let block = ALL.iter().find(|known| known.name == block).expect("a block");
    block.example.iter().for_each(|(name, text)| lab.write(name, text));
    let nodes = (0..40).map(|n| format!("node-{n}"));
    let regions = ["eu", "us", "test"].map(|region| (0..3).map(move |n| format!("{region}-{n}")));
    let names = ["db", "web-eu", "web-us", "worker-0", "worker-1"].map(String::from);
    for name in nodes.chain(regions.into_iter().flatten()).chain(names) {
        lab.write(&format!("{name}.level"), "1");
    }
    lab.patchform(line).exits(0)
}

/// What the arguments of an example do is seen in the plan, not only that they are taken.
#[test]
fn arguments_take_effect_in_a_plan() {
    plan("component", "plan").says("command.web[\"eu\"]").says("command.worker[1]").says("15.3");
    plan("module", "plan").says("module.region[\"us\"].command.node[2]").says("module.test[0]");
    plan("output", "plan").says("(sensitive value)").does_not_say("only for this example");
    plan("rollout", "plan --json").says("\"max_parallel\":4");
}

/// What terraform says of a function that both have, where it is on PATH: the type of its result, if that is fixed.
fn results_of_terraform() -> Option<serde_json::Value> {
    let told =
        std::process::Command::new("terraform").args(["metadata", "functions", "-json"]).output().ok()?;
    serde_json::from_slice(&told.stdout).ok()
}

#[test]
fn every_function_tells_its_result_and_its_parameters() {
    let terraform = results_of_terraform();
    if terraform.is_none() {
        println!("terraform is not on PATH: its types of results are not compared");
    }
    let mut compared = 0;
    for function in SUBJECTS.iter().flat_map(|subject| subject.functions()) {
        if matches!(function.work, Work::Refused(_)) {
            assert_eq!((function.gives, function.meant), ("", &[][..]), "{}", function.name);
            continue;
        }
        let told: Vec<&str> = function.parameters().map(|(_, meant, _)| meant).collect();
        assert_eq!(told.len(), function.meant.len(), "{}", function.name);
        for words in told.iter().chain([&function.gives]) {
            assert!(!words.is_empty() && !words.ends_with('.'), "{}: {words:?}", function.name);
        }
        let ty = terraform.as_ref().map(|all| &all["function_signatures"][function.name]["return_type"]);
        if let Some(ty) = ty.filter(|ty| !ty.is_null() && ty.as_str() != Some("dynamic")) {
            let wanted = Type::from_json(ty).expect("a type").to_string();
            assert_eq!(function.gives, wanted, "{}", function.name);
            compared += 1;
        }
    }
    assert!(terraform.is_none() || compared >= 60, "{compared}");
}

#[test]
fn the_command_prints_blocks_functions_kinds_and_arguments() {
    let lab = Lab::empty();
    lab.patchform("reference rollout")
        .exits(0)
        .says("on_failure")
        .says("without it: 10")
        .says("rollout \"tenth\"");
    lab.patchform("reference connection")
        .exits(0)
        .says("connection \"local\" {}")
        .says("required; references");
    lab.patchform("reference cidrsubnet")
        .exits(0)
        .says("cidrsubnet(prefix, bits, number)")
        .says("\"10.3.0.0/16\"");
    lab.patchform("reference release").exits(0).says("sha256_file").says("restoring a snapshot");
    lab.patchform("reference keep_for").exits(0).says("snapshot { … }").does_not_say("may_lose_data");
    lab.patchform("reference max_size").exits(0).says("component \"release\"");
    lab.patchform("reference csv").exits(0).says("data \"csv\"").does_not_say("probe");
    lab.patchform("reference http").exits(0).says("data \"http\"").says("check \"http\"");
    lab.patchform("reference haproxy").exits(0).says("traffic \"haproxy\"").says("socket");
    lab.patchform("reference self").exits(0).says("self.patch_level");
    lab.patchform("reference count").exits(0).says("count.index").says("component");
    lab.patchform("reference uuid").exits(0).says("uuidv5");
    let list = lab.patchform("reference").exits(0);
    for (name, _) in reference::groups().into_iter().flat_map(|group| group.names) {
        assert!(list.out.lines().any(|line| line.trim_start().starts_with(&name)), "{name}");
    }
    list.says("release").says("command");
}

#[test]
fn a_misspelt_name_is_answered_with_the_nearest_one() {
    let lab = Lab::empty();
    lab.patchform("reference cidrsubent").exits(1).says("did you mean `cidrsubnet`?");
    lab.patchform("reference relase").exits(1).says("did you mean `release`?");
    lab.patchform("reference customer").exits(1).says("not supported by this version yet");
    lab.patchform("reference zebra").exits(1).says("lists all names");
}

#[test]
fn programs_read_the_reference_as_json() {
    let json = |line: &str| -> Json {
        serde_json::from_str(&Lab::empty().patchform(line).exits(0).out).expect("JSON")
    };
    let snapshot = json("reference snapshot --json");
    let keep = &snapshot["articles"][0]["sections"][0]["arguments"][0];
    assert_eq!((&keep["name"], &keep["required"]), (&"keep".into(), &false.into()), "{snapshot}");
    assert_eq!(snapshot["format_version"], 1);
    let all = json("reference --json");
    let groups = all["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 2 + SUBJECTS.len());
    assert_eq!(groups[1]["names"][3]["name"], "release");
}

#[test]
fn shells_complete_names_and_the_console_tells_them() {
    let lab = Lab::empty();
    lab.patchform("completion bash").exits(0).says("cidrsubnet").says("keep_for");
    let mut command = lab.patchform_command("console");
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the console");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), b"help join\n").expect("a line");
    let said = String::from_utf8(child.wait_with_output().expect("its end").stdout).expect("text");
    assert!(said.contains("join(separator, lists...)"), "{said}");
}
