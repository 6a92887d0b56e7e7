//! Feeds that vouch for their documents by an index: archives of apt, providers of CSAF, repositories of rpm.

use crate::published::{csaf, sum};
use crate::server::{Server, answer};
use crate::{Lab, Tells as _, feed, with};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// An archive of apt, signed by a key of its own.
pub struct Archive {
    home: tempfile::TempDir,
}

impl Archive {
    /// None where gpg is not installed: then that is said.
    pub fn new() -> Option<Archive> {
        let home = tempfile::tempdir().expect("a folder");
        let archive = Archive { home };
        let made = archive.gpg(&[
            "--quick-gen-key",
            "--passphrase",
            "",
            "archive@example",
            "ed25519",
            "sign",
            "never",
        ]);
        if made.is_none() {
            eprintln!("skipped: gpg is not installed");
        }
        made.map(|()| archive)
    }

    fn gpg(&self, arguments: &[&str]) -> Option<()> {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.home.path()).args([
            "--batch",
            "--quiet",
            "--pinentry-mode",
            "loopback",
        ]);
        let ran = command.args(arguments).output().ok()?;
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        Some(())
    }

    /// Publishes the suite `stable` with these packages, and further lines of its release file.
    pub fn publish(&self, lab: &Lab, packages: &str, more: &str) {
        let folder = lab.path("archive/dists/stable/main/binary-amd64");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Packages"), packages).unwrap();
        let sha256 = sum("sha256sum", packages.as_bytes());
        let dated = if more.contains("Date:") { "" } else { "Date: Thu, 26 Nov 2026 00:00:00 UTC\n" };
        let release = format!(
            "Origin: Test\nSuite: stable\nCodename: stable\n{dated}{more}Components: main\nArchitectures: amd64\nSHA256:\n \
             {sha256} {} main/binary-amd64/Packages\n",
            packages.len()
        );
        let suite = lab.path("archive/dists/stable");
        fs::write(suite.join("Release"), release).unwrap();
        let at = |name: &str| suite.join(name).to_string_lossy().into_owned();
        self.gpg(&["--yes", "--output", &at("InRelease"), "--clearsign", &at("Release")]);
        let ring = lab.path("keys.gpg").to_string_lossy().into_owned();
        self.gpg(&["--yes", "--output", &ring, "--export"]);
    }
}

const PACKAGES: &str = "Package: adb\nSource: tools (29-1)\nVersion: 1:29-1\nArchitecture: amd64\n\nPackage: zip\nVersion: 3.0-13\n\
                        Architecture: amd64\n";

fn archive(more: &str) -> Lab {
    with(&[("apt", "archive", "archive", &format!("suite = \"stable\"\n  {more}"))])
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// A mirror cannot serve one suite, validly signed, for another.
#[test]
fn a_suite_that_calls_itself_otherwise_is_refused_unless_the_block_says_so() {
    let Some(signed) = Archive::new() else { return };
    let lab = archive("signed_by = \"keys.gpg\"");
    signed.publish(&lab, PACKAGES, "");
    fs::rename(lab.path("archive/dists/stable"), lab.path("archive/dists/newer")).unwrap();
    let block = lab.read("main.pf.hcl").replace("\"stable\"", "\"newer\"");
    lab.write("main.pf.hcl", &block);
    lab.patchform("collect")
        .exits(1)
        .tells("its release file is that of stable, not of newer")
        .tells("`codename`");
    lab.write("main.pf.hcl", block.replace("suite =", "codename = \"stable\"\n  suite ="));
    lab.patchform("collect").exits(0).tells("new copy");
}

#[test]
fn an_archive_is_read_as_its_key_signed_it() {
    let Some(signed) = Archive::new() else { return };
    let lab = archive("signed_by = \"keys.gpg\"");
    signed.publish(&lab, PACKAGES, "");
    let ran = lab.patchform("collect --json").exits(0);
    let told = feed(&ran, "archive");
    assert_eq!((&told["entries"], &told["published"]), (&2.into(), &"2026-11-26T00:00:00.000Z".into()));
    assert!(told["proof"].as_str().unwrap().starts_with("signed by "), "{told}");
    lab.patchform("collect").exits(0).tells("nothing new");

    let suite = lab.path("archive/dists/stable");
    let index = suite.join("main/binary-amd64/Packages");
    signed.publish(&lab, &PACKAGES.replace("3.0-13", "3.0-14"), "");
    change(&index, "3.0-14", "3.0-99");
    let refused = lab.patchform("collect").exits(1).tells("the release file says").tells("2 entries, taken");
    refused.tells("the mirror may be in the middle of its update");
    change(&index, "3.0-99", "3.0-14");
    let ran = lab.patchform("collect --json").exits(0);
    assert_eq!((&feed(&ran, "archive")["changed"], &feed(&ran, "archive")["new"]), (&1.into(), &0.into()));

    // One byte of the signed text; text before and behind it; no signature; none at all.
    let good = fs::read_to_string(suite.join("InRelease")).unwrap();
    let unsigned = fs::read_to_string(suite.join("Release")).unwrap();
    let cut = good.split("-----BEGIN PGP SIGNATURE").next().unwrap().to_string();
    for (text, why) in [
        (good.replacen("Origin: Test", "Origin: Tess", 1), "the signature is bad"),
        (format!("Suite: evil\n\n{good}"), "text stands before the part that is signed"),
        (format!("{good}\nSuite: evil\n"), "text stands behind the part that is signed"),
        (unsigned, "there is no signature in it"),
        (cut, "there is no signature in it"),
    ] {
        fs::write(suite.join("InRelease"), text).unwrap();
        lab.patchform("collect").exits(1).tells(why).tells("Its last good copy counts still");
    }
    let stranger = Archive::new().expect("gpg was there");
    let ring = fs::read(lab.path("keys.gpg")).unwrap();
    stranger.publish(&lab, PACKAGES, "");
    fs::write(lab.path("keys.gpg"), ring).unwrap();
    lab.patchform("collect").exits(1).tells("which is not in keys.gpg");
    fs::write(lab.path("keys.gpg"), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n").unwrap();
    lab.patchform("collect").exits(1).tells("gpg --dearmor <keys.gpg");
    fs::remove_file(lab.path("keys.gpg")).unwrap();
    lab.patchform("collect").exits(1).tells("the keyring keys.gpg cannot be read");
}

#[test]
fn an_archive_that_went_back_is_refused_and_one_that_expired_is_stale() {
    let Some(signed) = Archive::new() else { return };
    let lab = archive("");
    signed.publish(&lab, PACKAGES, "Valid-Until: Thu, 26 Nov 2026 00:00:01 UTC\n");
    lab.patchform("collect")
        .exits(0)
        .tells("stale")
        .tells("its publisher vouched for it until 2026-11-26T00:00:01.000Z");
    signed.publish(&lab, PACKAGES, "Date: Wed, 25 Nov 2026 00:00:00 UTC\n");
    lab.patchform("collect").exits(1).tells("it went back in time: this copy is of 2026-11-25");
    signed.publish(&lab, PACKAGES, "Date: Fri, 99 Nov 2026 00:00:00 UTC\n");
    lab.patchform("collect").exits(1).tells("which is no date");
    lab.write("main.pf.hcl", "feed \"apt\" \"archive\" {\n  source = \"archive\"\n  suite = \"stable\"\n  components = [\"contrib\"]\n}\n");
    signed.publish(&lab, PACKAGES, "");
    lab.patchform("collect")
        .exits(1)
        .tells("lists no contrib/binary-amd64/Packages")
        .tells("it has the components main");
}

/// Documents that a server has, by path.
#[derive(Clone, Default)]
struct Pages(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Pages {
    fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        self.0.lock().unwrap().insert(path.to_string(), body.as_ref().to_vec());
    }

    /// A document with its digest beside it.
    fn publish(&self, path: &str, body: &str) {
        self.put(path, body);
        let name = path.rsplit('/').next().unwrap();
        self.put(&format!("{path}.sha512"), format!("{}  {name}\n", sum("sha512sum", body.as_bytes())));
    }

    fn serve(&self) -> Server {
        let pages = self.clone();
        Server::plain(move |asked| {
            let Some(body) = pages.0.lock().unwrap().get(asked.path()).cloned() else {
                return answer("404 Not Found", "", b"");
            };
            let tag = format!("\"{}\"", sum("sha256sum", &body));
            match asked.header("if-none-match") == Some(&tag) {
                true => answer("304 Not Modified", "", b""),
                false => answer("200 OK", &format!("ETag: {tag}\r\n"), &body),
            }
        })
    }
}

#[test]
fn a_provider_is_asked_for_its_list_and_for_what_changed() {
    let pages = Pages::default();
    pages.publish("/csaf/2026/a.json", &csaf("A", "one"));
    pages.publish("/csaf/2026/b.json", &csaf("B", "one"));
    pages.put(
        "/csaf/changes.csv",
        "\"2026/b.json\",\"2026-01-02T00:00:00Z\"\n\"2026/a.json\",\"2026-01-01T00:00:00Z\"\n",
    );
    let server = pages.serve();
    let lab = with(&[("csaf", "vendor", &format!("{}/csaf/", server.url()), "")]);
    let first = lab.patchform("collect --json").exits(0);
    let told = feed(&first, "vendor");
    assert_eq!((&told["new"], &told["published"]), (&2.into(), &"2026-01-02T00:00:00.000Z".into()));
    assert_eq!(told["proof"], "every document has the digest that its provider gives");
    let before = server.asked().len();
    let second = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&second, "vendor")["outcome"], "unchanged");
    assert_eq!(server.asked().len(), before + 2, "only the lists are asked for");

    pages.publish("/csaf/2026/b.json", &csaf("B", "two"));
    pages.put(
        "/csaf/changes.csv",
        "\"2026/b.json\",\"2026-01-03T00:00:00Z\"\n\"2026/a.json\",\"2026-01-01T00:00:00Z\"\n",
    );
    let third = lab.patchform("collect --json").exits(0);
    assert_eq!((&feed(&third, "vendor")["changed"], &feed(&third, "vendor")["new"]), (&1.into(), &0.into()));
    let later: Vec<String> = server.asked()[before..].iter().map(|asked| asked.path().to_string()).collect();
    assert!(!later.contains(&"/csaf/2026/a.json".to_string()), "{later:?}");

    // One byte changed; then a document that is listed and not there.
    pages.put("/csaf/2026/a.json", csaf("A", "onf"));
    pages.put(
        "/csaf/changes.csv",
        "\"2026/b.json\",\"2026-01-03T00:00:00Z\"\n\"2026/a.json\",\"2026-01-04T00:00:00Z\"\n",
    );
    lab.patchform("collect")
        .exits(1)
        .tells("/csaf/2026/a.json: the document has the digest sha512")
        .tells("2 entries, taken");
    pages.publish("/csaf/2026/a.json", &csaf("A", "three"));
    pages.put("/csaf/changes.csv", "\"2026/c.json\",\"2026-01-05T00:00:00Z\"\n\"2026/b.json\",\"2026-01-03T00:00:00Z\"\n\"2026/a.json\",\"2026-01-04T00:00:00Z\"\n");
    lab.patchform("collect").exits(1).tells("/csaf/2026/c.json: it is listed, and not there");
    pages.publish("/csaf/2026/c.json", &csaf("C", "one"));
    let last = lab.patchform("collect --json").exits(0);
    assert_eq!((&feed(&last, "vendor")["new"], &feed(&last, "vendor")["entries"]), (&1.into(), &3.into()));
    lab.write(
        "main.pf.hcl",
        format!(
            "feed \"csaf\" \"vendor\" {{\n  source = \"{}/csaf\"\n  signed_by = \"keys.gpg\"\n}}\n",
            server.url()
        ),
    );
    lab.patchform("collect").exits(1).tells("it has no signature (.asc)");
}

#[test]
fn documents_are_read_as_their_provider_signed_them() {
    let Some(provider) = Archive::new() else { return };
    let lab = with(&[("csaf", "vendor", "white", "signed_by = \"keys.gpg\"")]);
    fs::create_dir_all(lab.path("white/2026")).unwrap();
    let document = lab.path("white/2026/a.json");
    let publish = |title: &str, changed: &str| {
        fs::write(&document, csaf("A", title)).unwrap();
        lab.write("white/changes.csv", format!("\"2026/a.json\",\"{changed}\"\n"));
    };
    publish("one", "2026-01-01T00:00:00Z");
    let name = document.to_string_lossy().into_owned();
    provider.gpg(&["--yes", "--armor", "--output", &format!("{name}.asc"), "--detach-sign", &name]);
    provider.gpg(&["--yes", "--output", &lab.path("keys.gpg").to_string_lossy(), "--export"]);
    let ran = lab.patchform("collect --json").exits(0);
    assert!(feed(&ran, "vendor")["proof"].as_str().unwrap().starts_with("signed by "), "{}", ran.out);
    publish("two", "2026-01-02T00:00:00Z");
    lab.patchform("collect")
        .exits(1)
        .tells("white/2026/a.json: the signature is bad")
        .tells("1 entry, taken");

    // One that is named by itself, in a file and on a server.
    let pages = Pages::default();
    let server = pages.serve();
    for source in ["white/2026/a.json".to_string(), format!("{}/a.json?token=geheim", server.url())] {
        let lab = with(&[("csaf", "vendor", &source, "signed_by = \"keys.gpg\"")]);
        fs::create_dir_all(lab.path("white/2026")).unwrap();
        let publish = |title: &str, signed: bool| {
            let document = lab.path("white/2026/a.json");
            fs::write(&document, csaf("A", title)).unwrap();
            let (name, signature) =
                (document.to_string_lossy().into_owned(), format!("{}.asc", document.display()));
            if signed {
                provider.gpg(&["--yes", "--armor", "--output", &signature, "--detach-sign", &name]);
                pages.put("/a.json.asc?token=geheim", fs::read(signature).unwrap());
            }
            pages.put("/a.json?token=geheim", csaf("A", title));
        };
        pages.0.lock().unwrap().remove("/a.json.sha256?token=geheim");
        publish("one", true);
        provider.gpg(&["--yes", "--output", &lab.path("keys.gpg").to_string_lossy(), "--export"]);
        let ran = lab.patchform("collect --json").exits(0);
        assert!(feed(&ran, "vendor")["proof"].as_str().unwrap().starts_with("signed by "), "{}", ran.out);
        publish("two", false);
        lab.patchform("collect").exits(1).tells("the signature is bad").tells("1 entry, taken");
        let digest = format!("{}  a.json\n", sum("sha256sum", b"other"));
        lab.write("white/2026/a.json.sha256", &digest);
        pages.put("/a.json.sha256?token=geheim", &digest);
        lab.patchform("collect").exits(1).tells("the document has the digest sha256").does_not_say("geheim");
    }
}

#[test]
fn a_provider_is_found_by_its_metadata_and_by_its_feed() {
    let pages = Pages::default();
    let server = pages.serve();
    let url = server.url();
    pages.publish("/white/2026/a.json", &csaf("A", "one"));
    let metadata = |distributions: &str| {
        format!(
            "{{\"canonical_url\":\"{url}/provider-metadata.json\",\"distributions\":[{distributions}],\"last_updated\":\
             \"2026-01-01T00:00:00Z\",\"list_on_CSAF_aggregators\":true,\"metadata_version\":\"2.0\",\"mirror_on_CSAF_aggregators\":true,\
             \"publisher\":{{\"category\":\"vendor\",\"name\":\"A\",\"namespace\":\"https://a.example\"}},\"role\":\"csaf_provider\"}}"
        )
    };
    let feed_of = format!(
        "{{\"feed\":{{\"id\":\"white\",\"title\":\"t\",\"updated\":\"2026-01-01T00:00:00Z\",\"entry\":[{{\"id\":\"A\",\"title\":\"t\",\
         \"published\":\"2026-01-01T00:00:00Z\",\"updated\":\"2026-01-01T00:00:00Z\",\"content\":{{\"type\":\"application/json\",\
         \"src\":\"{url}/white/2026/a.json\"}},\"format\":{{\"schema\":\"s\",\"version\":\"2.0\"}},\"link\":[{{\"rel\":\"self\",\"href\":\
         \"{url}/white/2026/a.json\"}},{{\"rel\":\"hash\",\"href\":\"{url}/white/2026/a.json.sha512\"}}]}}]}}}}"
    );
    pages.put("/rolie.json", &feed_of);
    pages.put("/white/index.txt", "2026/a.json\n");
    let rolie =
        format!("{{\"rolie\":{{\"feeds\":[{{\"tlp_label\":\"WHITE\",\"url\":\"{url}/rolie.json\"}}]}}}}");
    pages.put("/by-feed/provider-metadata.json", metadata(&rolie));
    pages.put(
        "/by-folder/provider-metadata.json",
        metadata(&format!("{{\"directory_url\":\"{url}/white/\"}}")),
    );
    pages.put("/nowhere/provider-metadata.json", metadata(""));
    let at = |path: &str| format!("{url}{path}");
    let lab = with(&[
        ("csaf", "feed", &at("/by-feed/provider-metadata.json"), ""),
        ("csaf", "folder", &at("/by-folder/provider-metadata.json"), ""),
        ("csaf", "rolie", &at("/rolie.json"), ""),
        ("csaf", "document", &at("/white/2026/a.json"), ""),
        ("csaf", "nowhere", &at("/nowhere/provider-metadata.json"), ""),
    ]);
    let ran = lab.patchform("collect --json").exits(1);
    for name in ["feed", "folder", "rolie", "document"] {
        assert_eq!(feed(&ran, name)["entries"], 1, "{name}: {}", feed(&ran, name));
    }
    assert!(feed(&ran, "nowhere")["problem"].as_str().unwrap().contains("names neither a feed nor a folder"));
    // A bundle has what the addresses answered.
    lab.patchform("collect --export feeds.tar.gz").exits(1);
    let there = Lab::new(&lab.read("main.pf.hcl"));
    fs::copy(lab.path("feeds.tar.gz"), there.path("feeds.tar.gz")).unwrap();
    let ran = there.patchform("collect --import feeds.tar.gz --json").exits(1);
    for name in ["feed", "folder", "rolie", "document"] {
        assert_eq!(feed(&ran, name)["entries"], 1, "{name}: {}", feed(&ran, name));
    }
    let again = lab.patchform("collect --json").exits(1);
    for name in ["feed", "rolie", "document"] {
        assert_eq!(feed(&again, name)["outcome"], "unchanged", "{name}: {}", feed(&again, name));
    }
}

#[test]
fn a_repository_is_read_as_its_index_vouches_for_it() {
    let lab = with(&[("updateinfo", "alma", "repo", "ecosystem = \"AlmaLinux:9\"")]);
    let update = |title: &str| {
        format!(
            "<updates><update type=\"security\" status=\"final\" from=\"x\" version=\"1\"><id>ALSA-2026:0001</id><title>{title}</title>\
             <issued date=\"2026-01-01 00:00:00\"/><references><reference href=\"h\" id=\"CVE-2026-0001\" type=\"cve\"/></references>\
             <pkglist><collection><package name=\"openssl\" version=\"3.0\" release=\"2.el9\" epoch=\"1\" arch=\"x86_64\"><filename>f</filename>\
             </package></collection></pkglist></update></updates>"
        )
    };
    fs::create_dir_all(lab.path("repo/repodata")).unwrap();
    let publish = |text: &str, revision: &str| {
        lab.write("repo/repodata/updateinfo.xml", text);
        let index = format!(
            "<repomd><revision>{revision}</revision><data type=\"updateinfo\"><checksum type=\"sha256\">{}</checksum><location \
             href=\"repodata/updateinfo.xml\"/><size>{}</size></data></repomd>",
            sum("sha256sum", text.as_bytes()),
            text.len()
        );
        lab.write("repo/repodata/repomd.xml", index);
    };
    publish(&update("one"), "1790000000");
    let ran = lab.patchform("collect --json").exits(0);
    assert_eq!(
        (&feed(&ran, "alma")["entries"], &feed(&ran, "alma")["edition"]),
        (&1.into(), &"1790000000".into())
    );
    lab.patchform("collect").exits(0).tells("nothing new");
    publish(&update("two"), "1790000001");
    lab.write("repo/repodata/updateinfo.xml", update("tw0"));
    lab.patchform("collect").exits(1).tells("and the repository says sha256").tells("1 entry, taken");
    publish(&update("two"), "1780000000");
    lab.patchform("collect").exits(1).tells("it went back in time");
    lab.write("repo/repodata/repomd.xml", "<repomd></repomd>");
    lab.patchform("collect").exits(1).tells("the repository has no updateinfo");
}
