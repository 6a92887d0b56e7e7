//! Everything that is installed on a host, with what it was built from.

use crate::answer;
use crate::look::LOOK;
use crate::manager::Manager;
use crate::platform;
use crate::reading::Package;
use crate::script::{Call, Script, fresh};
use patchform_sdk::message::{InstalledPackage, Inventory, RpcError, Subject};
use patchform_sdk::{Context, machine};

/// What the host says; one question.
pub fn inventory(
    manager: &'static Manager,
    subject: &Subject,
    context: &Context,
) -> Result<Inventory, RpcError> {
    let arguments = vec![fresh(manager)];
    let call = Call { manager, script: Script::Inventory, arguments, stdin: String::new() };
    let lines = call.ask(subject, LOOK, context).map_err(RpcError::internal)?;
    let mut inventory = told(manager, &lines);
    match subject.connection.kind.as_str() {
        "local" => inventory.target = machine::identity().to_string(),
        "chroot" => inventory.target = machine::root_in(&subject.connection).unwrap_or_default(),
        _ => {}
    }
    Ok(inventory)
}

/// The inventory of an answer. What is there only in part has its files there, and counts.
fn told(manager: &'static Manager, lines: &[Vec<String>]) -> Inventory {
    let os = |name: &str| {
        let mut found = answer::of(lines, "os", 2).filter(|words| words[0] == name);
        found.next().map(|words| words[1].to_string()).unwrap_or_default()
    };
    let (ecosystem, parent) = platform::of(manager.database, &os("ID"), &os("VERSION_ID"));
    let first = |name| answer::of(lines, name, 1).next().map(|words| words[0].to_string());
    Inventory {
        target: first("machine").unwrap_or_default(),
        ecosystem,
        channels: answer::of(lines, "channel", 1).map(|words| words[0].to_string()).collect(),
        pinned: first("pinned").and_then(|minor| minor.parse().ok()),
        parent,
        packages: answer::of(lines, "package", 7).filter_map(|words| package(manager, &words)).collect(),
    }
}

fn package(manager: &Manager, words: &[&str]) -> Option<InstalledPackage> {
    let Package { name, architecture, version, .. } =
        Package::of(manager, &words[..4]).filter(Package::is_there)?;
    let said = |word: &str| (word != "-").then(|| word.to_string());
    let plain = |text: &str| text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic());
    let source = said(words[4]).zip(said(words[5])).filter(|(name, version)| plain(name) && plain(version));
    let source = source.filter(|(from, at)| *from != name || *at != version);
    let module = said(words[6]).filter(|module| plain(module));
    Some(InstalledPackage { name, version, arch: Some(architecture), source, module })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;
    use proptest::prelude::*;

    fn of(body: &str) -> Inventory {
        told(&SAMPLE, &answer::lines(&format!("patchform-answer\n{body}\nend\n")).unwrap())
    }

    #[test]
    fn everything_that_is_there_is_told_with_its_source() {
        let inventory = of("machine 3d12\nos ID debian\nos VERSION_ID 12\nos ID other\nchannel Pro\n\
                            package app amd64 1-1+b1 ii app 1-1 -\npackage lib all 2 hi lib 2 -\n\
                            package half amd64 1 iF half 1 web:2.4\npackage gone all 1 rc gone 1 -\n\
                            package ../x all 1 ii x 1 -\npackage short all 1 ii");
        assert_eq!((inventory.target.as_str(), inventory.ecosystem.as_str()), ("3d12", "Debian:12"));
        assert_eq!(inventory.channels, ["Pro"]);
        let shown: Vec<String> = inventory
            .packages
            .iter()
            .map(|p| format!("{} {} {:?} {:?}", p.name, p.version, p.source, p.module))
            .collect();
        assert_eq!(
            shown,
            ["app 1-1+b1 Some((\"app\", \"1-1\")) None", "lib 2 None None", "half 1 None Some(\"web:2.4\")"]
        );
    }

    proptest! {
        #[test]
        fn whatever_a_host_says_is_read(body in "(package|os|pinned|[a-z]{1,8})( [ -~]{0,20}){0,9}") {
            let _ = of(&body);
        }
    }
}
