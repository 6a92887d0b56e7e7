//! Bundles: what the sources answered on one side, read on the other, with the same checks.

use crate::providers::Archive;
use crate::published::{kev, osv};
use crate::server::{Server, answer};
use crate::{Lab, Tells as _, blocks, feed, ids, with};

#[test]
fn what_is_exported_here_is_read_there() {
    let server =
        Server::plain(|_| answer("200 OK", "ETag: \"1\"\r\n", osv("DSA-1", "openssl", "").as_bytes()));
    let url = format!("{}/all.json", server.url());
    let feeds =
        [("osv", "a", url.as_str(), ""), ("osv", "folder", "folder", ""), ("kev", "gone", "gone.json", "")];
    let here = with(&feeds);
    std::fs::create_dir(here.path("folder")).unwrap();
    here.write("folder/b.json", osv("DSA-2", "zlib", ""));
    here.patchform("collect --export no/such/feeds.tar.gz").exits(1).tells("there is no folder no/such");
    assert!(!here.path("no").exists(), "a folder with a mistyped name is not made");
    here.patchform("collect --export feeds.tar.gz")
        .exits(1)
        .tells("in the bundle")
        .tells("gone.json: it is not there");
    assert!(!here.path(".patchform/catalog.db").exists(), "the catalog is not touched");
    here.patchform("collect --export feeds.tar.gz").exits(1).tells("is there already");

    let there = with(&feeds);
    std::fs::copy(here.path("feeds.tar.gz"), there.path("feeds.tar.gz")).unwrap();
    drop(server);
    let ran = there.patchform("collect --import feeds.tar.gz").exits(1).tells("not in the bundle");
    ran.tells("new copy").tells("gone: the bundle has nothing of it").tells("--feed NAME");
    there.patchform("collect --import feeds.tar.gz --feed a --feed folder").exits(0);
    assert_eq!(ids(&there), ["DSA-1", "DSA-2"]);
    let again = there.patchform("collect --import feeds.tar.gz --json").exits(1);
    assert_eq!(feed(&again, "a")["outcome"], "unchanged");
    // It says when the sources were asked, not when it was read.
    let listed = feed(&again, "a")["checked"].as_str().unwrap().to_string();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let later = there.patchform("collect --import feeds.tar.gz --json").exits(1);
    assert_eq!(feed(&later, "a")["checked"], listed.as_str());

    // A feed that only the bundle has is passed over; one of another format is refused.
    there.write("main.pf.hcl", blocks(&[("kev", "a", "x.json", ""), ("osv", "folder", "folder", "")]));
    let ran =
        there.patchform("collect --import feeds.tar.gz").exits(1).tells("is of the format osv, not kev");
    ran.tells("nothing new");
}

#[test]
fn a_changed_or_older_bundle_is_refused() {
    let lab = with(&[("kev", "cisa", "kev.json", "max_age = \"36500d\""), ("osv", "a", "a.json", "")]);
    lab.write("kev.json", kev(20, "2026-11-01T00:00:00Z"));
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    lab.patchform("collect --export old.tar.gz").exits(0);
    lab.patchform("collect").exits(0);
    let older = lab.patchform("collect --import old.tar.gz").exits(1).tells("the bundle is of ");
    older.tells("--accept-older cisa");
    lab.patchform("collect --import old.tar.gz --accept-older cisa --accept-older a").exits(0);

    // One byte of a document, packed again.
    lab.patchform("collect --export new.tar.gz").exits(0);
    let unpack = "mkdir u && cd u && tar xzf ../new.tar.gz && sed -i 's/DSA-1/DSA-9/' files/1 && tar czf ../changed.tar.gz manifest.json files/1 files/2";
    assert!(
        std::process::Command::new("sh")
            .args(["-c", unpack])
            .current_dir(lab.path(""))
            .status()
            .unwrap()
            .success()
    );
    let changed = lab.patchform("collect --import changed.tar.gz").exits(1);
    changed.tells("files/1 of the bundle: it is not what the manifest says").tells("nothing new");
    let whole = std::fs::read(lab.path("new.tar.gz")).unwrap();
    for (name, bytes) in [("cut.tar.gz", &whole[..whole.len() / 2]), ("none.tar.gz", b"nothing".as_slice())] {
        lab.write(name, bytes);
        lab.patchform(&format!("collect --import {name}")).exits(1).tells("it is no bundle of");
    }
    assert_eq!(ids(&lab), ["DSA-1"]);
    lab.patchform("collect --import missing.tar.gz")
        .exits(1)
        .tells("missing.tar.gz: it is not there")
        .tells("--export FILE");
    assert!(
        std::fs::read_dir(lab.path(".patchform")).unwrap().all(|e| !e
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with(".scratch"))
    );
}

#[test]
fn signatures_are_checked_again_where_the_bundle_is_read() {
    let Some(archive) = Archive::new() else { return };
    let feeds = [("apt", "archive", "archive", "suite = \"stable\"\n  signed_by = \"keys.gpg\"")];
    let here = with(&feeds);
    archive.publish(&here, "Package: a\nVersion: 1\nArchitecture: amd64\n", "");
    here.patchform("collect --export feeds.tar.gz").exits(0);
    let there = Lab::new(&blocks(&feeds));
    std::fs::copy(here.path("feeds.tar.gz"), there.path("feeds.tar.gz")).unwrap();
    std::fs::copy(here.path("keys.gpg"), there.path("keys.gpg")).unwrap();
    there.patchform("collect --import feeds.tar.gz").exits(0).tells("new copy");
    Archive::new().expect("gpg was there").publish(
        &there,
        "Package: b\nVersion: 1\nArchitecture: amd64\n",
        "",
    );
    std::fs::remove_dir_all(there.path(".patchform")).unwrap();
    there.patchform("collect --import feeds.tar.gz").exits(1).tells("which is not in keys.gpg");
}
