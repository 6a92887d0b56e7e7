//! Inventories beside Ansible: what `ansible-inventory --list` says of each file of `inventories/`, kept in `answers.json`.
//! `UPDATE=1` asks it anew, where it is on PATH (ansible-core of PyPI); `PATCHFORM_INVENTORIES` names another folder, all of
//! whose files are asked.

use patchform::config::hosts::Inventory;
use patchform::config::scope::Files;
use patchform::ops::files::FilesOnDisk;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inventories");
    std::env::var_os("PATCHFORM_INVENTORIES").map_or_else(own, PathBuf::from)
}

/// The inventories, by their paths from the folder.
fn cases() -> Vec<String> {
    let aside = ["answers.json", "group_vars", "host_vars"];
    let mut found = FilesOnDisk::default().matching(&folder().to_string_lossy(), "**").expect("a folder");
    found.retain(|path| !path.split('/').any(|name| aside.contains(&name)));
    found
}

/// What is kept of Ansible's answer: the variables of each host and the hosts of each group; null where it refuses.
fn asked(path: &Path) -> Json {
    // Where no plugin can read a file, it only warns, and goes on without any host.
    let output = Command::new("ansible-inventory")
        .args(["--list", "-i"])
        .arg(path)
        .env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "true")
        .env("LANG", "C.UTF-8")
        .env("ANSIBLE_DEPRECATION_WARNINGS", "false")
        .output()
        .expect("ansible-inventory is on PATH");
    if !output.status.success() {
        return Json::Null;
    }
    let all: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut hosts = all["_meta"]["hostvars"].as_object().cloned().unwrap_or_default();
    let mut groups = Map::new();
    for name in all.as_object().expect("an object").keys().filter(|name| *name != "_meta") {
        let mut within = BTreeSet::new();
        members(&all, name, &mut within);
        for host in &within {
            hosts.entry(host.clone()).or_insert_with(|| json!({}));
        }
        if !within.is_empty() {
            groups.insert(name.clone(), json!(within));
        }
    }
    json!({ "hosts": hosts, "groups": groups })
}

fn members(all: &Json, group: &str, within: &mut BTreeSet<String>) {
    let names = |part: &str| all[group][part].as_array().cloned().unwrap_or_default();
    within.extend(names("hosts").iter().filter_map(Json::as_str).map(str::to_string));
    for child in names("children") {
        members(all, child.as_str().unwrap_or_default(), within);
    }
}

/// The same of ours.
fn ours(path: &Path) -> Result<Json, String> {
    let path = path.to_str().expect("a path");
    let text = String::from_utf8(fs::read(path).expect("a file")).map_err(|_| "it is no text".to_string())?;
    let inventory =
        Inventory::read_all(path, &text, &FilesOnDisk::default()).map_err(|why| why.to_string())?;
    let known = inventory.known().map_err(|why| why.to_string())?;
    let mut groups = inventory.members(&known);
    groups.retain(|_, hosts| !hosts.is_empty());
    let vars = |vars: &patchform::config::value::Entries| -> Map<String, Json> {
        vars.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect()
    };
    let hosts: BTreeMap<&String, Map<String, Json>> =
        known.iter().map(|(name, host)| (name, vars(&host.vars))).collect();
    Ok(json!({ "hosts": hosts, "groups": groups }))
}

/// Without the difference between 1 and 1.0, which JSON has and the language has not.
fn plain(json: &Json) -> Json {
    match json {
        Json::Number(n) => json!(n.as_f64()),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_inventory_is_read_as_ansible_reads_it() {
    let kept = folder().join("answers.json");
    if std::env::var_os("UPDATE").is_some() {
        let answers: BTreeMap<String, Json> =
            cases().into_iter().map(|case| (case.clone(), asked(&folder().join(&case)))).collect();
        fs::write(&kept, serde_json::to_string_pretty(&answers).unwrap() + "\n").unwrap();
    }
    let answers: BTreeMap<String, Json> =
        serde_json::from_slice(&fs::read(&kept).expect("answers.json")).expect("JSON");
    assert_eq!(cases(), answers.keys().cloned().collect::<Vec<_>>(), "UPDATE=1 asks ansible-inventory anew");
    let mut wrong = Vec::new();
    for (case, answer) in &answers {
        match ours(&folder().join(case)) {
            Ok(ours) if plain(&ours) == plain(answer) => {}
            // Where Ansible only warns and passes something over, we refuse.
            Err(_) if answer.is_null() || case.starts_with("stricter/") => {}
            Ok(ours) => wrong.push(format!("{case}:\n  here    {ours}\n  ansible {answer}")),
            Err(why) => wrong.push(format!("{case}: {why}\n  ansible {answer}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
