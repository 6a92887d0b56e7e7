//! Modules, beside terraform: the same configurations in both languages, of which only the components differ.
//!
//! Each folder of `modules_terraform/` is a configuration in our language, without the endings of its files. For terraform a
//! component of kind `command` becomes a `terraform_data`, its level the input. Outputs, what of them is secret, addresses and
//! levels must be the same; where both refuse, both say what stands in `says.txt`. Terraform's answers are stored beside; where
//! terraform is on PATH, they are held against what it says today (`UPDATE=1` writes them).

mod lab;

use lab::Lab;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules_terraform");
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    assert!(found.len() >= 15, "{}", found.len());
    found
}

/// Every `*.hcl` of a case, by its path in it.
fn files(case: &Path, below: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(case.join(below)).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(case, &format!("{name}/")));
        } else if name.ends_with(".hcl") {
            found.push((name, fs::read_to_string(entry.path()).expect("a text")));
        }
    }
    found
}

fn ours(case: &Path) -> Lab {
    let lab = Lab::empty();
    for (name, text) in files(case, "") {
        match name.as_str() {
            "values.hcl" => lab.write("patchform.pfvars", text),
            _ => lab.write(&name.replace(".hcl", ".pf.hcl"), text),
        }
    }
    lab
}

/// The same for terraform.
fn translated(case: &Path) -> Lab {
    let lab = Lab::empty();
    for (name, text) in files(case, "") {
        if name == "values.hcl" {
            lab.write("terraform.tfvars", text);
            continue;
        }
        let own = |line: &&str| ["read ", "patch "].iter().any(|word| line.trim_start().starts_with(word));
        let text: String = text.lines().filter(|line| !own(line)).map(|line| format!("{line}\n")).collect();
        let text = text
            .replace("component \"command\"", "resource \"terraform_data\"")
            .replace("command.", "terraform_data.")
            .replace("patch_level", "input");
        lab.write(&name.replace(".hcl", ".tf"), text);
    }
    lab
}

fn terraform(lab: &Lab, line: &str) -> Output {
    let mut command = Command::new("terraform");
    command
        .args(line.split(' '))
        .current_dir(lab.path(""))
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null());
    command.output().expect("terraform starts")
}

fn has_terraform() -> bool {
    let there = Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        println!("terraform is not on PATH: its stored answers are not compared with what it says today");
    }
    there
}

/// Outputs with their values, where these may be seen.
fn outputs(told: &Json) -> Json {
    let seen = |one: &Json| {
        let hidden = one["sensitive"] == json!(true);
        json!({ "sensitive": hidden, "value": if hidden { Json::Null } else { one["value"].clone() } })
    };
    let all = told.as_object().into_iter().flatten();
    Json::Object(all.map(|(name, one)| (name.clone(), seen(one))).collect())
}

/// What terraform makes of a case; `None` where it refuses it, with its words.
fn by_terraform(case: &Path) -> Result<Json, String> {
    let lab = translated(case);
    let said = |output: &Output| {
        let text = [&output.stdout[..], &output.stderr].concat();
        // Without the frames and breaks of its messages.
        let text = String::from_utf8_lossy(&text).replace(['│', '╷', '╵'], " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for line in
        ["init -no-color -input=false -backend=false", "plan -no-color -input=false -lock=false -out=p"]
    {
        let output = terraform(&lab, line);
        if !output.status.success() {
            return Err(said(&output));
        }
    }
    let shown = terraform(&lab, "show -json p");
    assert!(shown.status.success(), "{}", said(&shown));
    let plan: Json = serde_json::from_slice(&shown.stdout).expect("JSON");
    let changes = plan["resource_changes"].as_array().into_iter().flatten();
    let level = |change: &Json| {
        let address = change["address"].as_str().unwrap_or_default().replace("terraform_data.", "command.");
        (address, change["change"]["after"]["input"].clone())
    };
    let levels: BTreeMap<String, Json> = changes.map(level).collect();
    Ok(json!({ "outputs": outputs(&plan["planned_values"]["outputs"]), "levels": levels }))
}

fn by_us(case: &Path) -> Result<Json, String> {
    let lab = ours(case);
    let ran = lab.patchform("plan --json");
    if ran.code != 0 {
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        return Err(ran.out + &ran.err);
    }
    let plan: Json = serde_json::from_str(&ran.out).expect("JSON");
    let components = plan["components"].as_array().into_iter().flatten();
    let level =
        |one: &Json| (one["address"].as_str().unwrap_or_default().to_string(), one["desired"].clone());
    let levels: BTreeMap<String, Json> = components.map(level).collect();
    Ok(json!({ "outputs": outputs(&plan["outputs"]), "levels": levels }))
}

fn stored(case: &Path) -> Option<Json> {
    let text = fs::read_to_string(case.join("terraform.json")).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// What is refused, and the texts that must be said.
fn says(case: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(case.join("says.txt")).ok()?;
    Some(text.lines().map(str::to_string).collect())
}

fn agrees(case: &Path, answer: &Result<Json, String>, who: &str) {
    let name = case.display();
    match (answer, says(case), stored(case)) {
        (Err(told), Some(words), _) => {
            for word in words {
                assert!(told.contains(&word), "{name}: {who} does not say {word:?}, but {told}");
            }
        }
        (Ok(found), None, Some(wanted)) => {
            let pretty = |json: &Json| serde_json::to_string_pretty(json).expect("JSON");
            assert_eq!(pretty(found), pretty(&wanted), "{name}: {who}");
        }
        (answer, ..) => panic!("{name}: {who} answers {answer:#?}"),
    }
}

#[test]
fn modules_make_what_terraform_makes_of_them() {
    for case in cases() {
        agrees(&case, &by_us(&case), "patchform");
    }
}

#[test]
fn the_stored_answers_are_terraforms() {
    if !has_terraform() {
        return;
    }
    for case in cases() {
        let answer = by_terraform(&case);
        if std::env::var_os("UPDATE").is_some()
            && let Ok(found) = &answer
        {
            let text = serde_json::to_string_pretty(found).expect("JSON");
            fs::write(case.join("terraform.json"), format!("{text}\n")).expect("written");
        }
        agrees(&case, &answer, "terraform");
    }
}
