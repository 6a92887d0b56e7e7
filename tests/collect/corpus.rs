//! Feeds as others published them, where they are there: `../shared/data`, or the folder that `PATCHFORM_CORPUS` names.

use crate::{Lab, Tells as _, feed};
use std::fs;
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PATCHFORM_CORPUS").map_or(beside, PathBuf::from);
    let there = folder.canonicalize().ok().filter(|folder| folder.is_dir());
    if there.is_none() {
        eprintln!("skipped: no public data at {}", folder.display());
    }
    there
}

fn block(format: &str, name: &str, source: &Path, more: &str) -> String {
    format!("feed \"{format}\" \"{name}\" {{\n  source = \"{}\"\n  {more}\n}}\n", source.display())
}

#[test]
fn published_feeds_are_read() {
    let Some(data) = corpus() else { return };
    let feeds = [
        ("kev", "kev", "kev/kev-2025-05-02.json", "", 1_329),
        ("epss", "epss", "epss/epss_scores-2025-03-19.kev-only.csv.gz", "", 1_275),
        ("cve5", "cve5", "cve5", "", 400),
        ("osv", "alma", "osv-almalinux", "", 213),
        ("osv", "go", "osv-go-cloud", "", 378),
        ("oval", "azure", "oval/azurelinux/azurelinux-3.0-oval.xml.gz", "", 1_005),
        ("debian_tracker", "json", "debian-tracker/api-json/vunnel-debian.json", "", 7),
        ("debian_tracker", "lists", "debian-tracker/list", "", 8_940),
        ("csaf", "simple", "csaf-oasis/gocsaf/simple-directory-provider/white", "", 1),
        ("openvex", "vex", "vex/openvex", "", 9),
    ];
    let blocks = feeds.map(|(format, name, source, more, _)| block(format, name, &data.join(source), more));
    let lab = Lab::new(&blocks.concat());
    let ran = lab.patchform("collect --json").exits(0);
    for (_, name, _, _, entries) in feeds {
        assert_eq!(feed(&ran, name)["entries"], entries, "{name}: {}", feed(&ran, name));
    }
    let again = lab.patchform("collect --json").exits(0);
    for (_, name, ..) in feeds {
        assert_eq!(feed(&again, name)["outcome"], "unchanged", "{name}: {}", feed(&again, name));
    }
}

/// A suite, its release file, and its index where that is not the suite's own.
fn suite(lab: &Lab, data: &Path, release: &Path, index: Option<&Path>) {
    let own = data.join("dists/bookworm-updates");
    let to = lab.path("archive/dists/bookworm-updates");
    fs::create_dir_all(to.join("main/binary-amd64")).unwrap();
    for file in ["InRelease", "Release", "Release.gpg"] {
        let _ = fs::remove_file(to.join(file));
        let _ = fs::copy(release.join(file), to.join(file));
    }
    let index = index.map_or(own.join("main/binary-amd64/Packages.xz"), |folder| folder.join("Packages.xz"));
    fs::copy(index, to.join("main/binary-amd64/Packages.xz")).unwrap();
}

#[test]
fn signatures_of_debian_are_judged_as_gpgv_judges_them() {
    let Some(data) = corpus().map(|data| data.join("apt-repo")) else { return };
    let ring = data.join("keyring/debian-archive-keyring.gpg");
    let more = |suite: &str| format!("suite = \"{suite}\"\n  signed_by = \"{}\"", ring.display());
    let lab = Lab::new(&block("apt", "security", &data, &more("bookworm-security")));
    let ran = lab.patchform("collect --json").exits(0);
    let told = feed(&ran, "security");
    assert_eq!((&told["entries"], &told["expires"]), (&3_006.into(), &"2026-11-27T00:12:41.000Z".into()));

    let lab = Lab::new(&block("apt", "updates", Path::new("archive"), &more("bookworm-updates")));
    let own = data.join("dists/bookworm-updates");
    suite(&lab, &data, &own, None);
    assert_eq!(feed(&lab.patchform("collect --json").exits(0), "updates")["entries"], 38);
    for (case, index) in [
        ("tampered-hash", false),
        ("unsigned", false),
        ("signature-cut", false),
        ("text-before-signed-part", false),
        ("text-after-signature", false),
        ("detached-mismatch", false),
        ("index-truncated", true),
        ("index-flipped", true),
    ] {
        let folder = data.join("negative/bookworm-updates").join(case);
        let _ = fs::remove_dir_all(lab.path(".patchform"));
        match index {
            true => suite(&lab, &data, &own, Some(&folder)),
            false => suite(&lab, &data, &folder, None),
        }
        lab.patchform("collect").exits(1).tells("failed");
    }
}
