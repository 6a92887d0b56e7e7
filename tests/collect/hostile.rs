//! Hostile and damaged input: a clear error, bounded memory, the other feeds unharmed.

use crate::published::{epss, osv};
use crate::{feed, ids, with};
use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn every_kind_of_damage_is_told_and_the_good_feed_is_stored() {
    let lab = with(&[
        ("osv", "good", "good.json", ""),
        ("osv", "nul", "nul.json", ""),
        ("osv", "wide", "wide.json", ""),
        ("osv", "latin", "latin.json", ""),
        ("osv", "deep", "deep.json", ""),
        ("osv", "line", "line.json", ""),
        ("osv", "folder", "empty", ""),
        ("osv", "pipe", "pipe", ""),
        ("osv", "bzip", "bzip.json", ""),
        ("osv", "lzma", "lzma.json", ""),
        ("oval", "oval", "oval.xml", ""),
        ("oval", "cut", "cut", ""),
        ("oval", "stranger", "stranger.xml", ""),
        ("osv", "gzip", "cut.json.gz", ""),
        ("kev", "kev", "kev.json", ""),
        ("epss", "epss", "epss.csv", ""),
        ("cve5", "cve5", "cve5.json", ""),
        ("openvex", "openvex", "good.json", ""),
        ("csaf", "csaf", "good.json", ""),
        ("csaf", "gone", "no/such/folder", ""),
        ("kev", "page", "page.json", ""),
        ("debian_tracker", "tracker", "deep.json", ""),
        ("apt", "apt", "empty", "suite = \"bookworm\""),
        ("updateinfo", "updateinfo", "empty", "ecosystem = \"AlmaLinux:9\""),
    ]);
    lab.write("good.json", osv("DSA-1", "openssl", ""));
    lab.write("nul.json", osv("DSA-2", "open\0ssl", ""));
    lab.write("wide.json", b"\xff\xfe{\0}\0");
    lab.write("latin.json", b"{\"id\": \"DSA-\xe9\"}");
    lab.write("deep.json", "[".repeat(100_000));
    lab.write("bzip.json", b"BZh91AY&SY");
    lab.write("lzma.json", b"\x5d\0\0\x80\0");
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<oval_definitions>&b;</oval_definitions>";
    lab.write("oval.xml", bomb);
    std::fs::create_dir(lab.path("cut")).unwrap();
    lab.write("cut/a.xml.bz2", b"BZh91AY&SY");
    lab.write("stranger.xml", "<cvemap/>");
    let mut gzip = Vec::new();
    gzip.extend_from_slice(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02");
    lab.write("cut.json.gz", gzip);
    lab.write(
        "kev.json",
        "{\"catalogVersion\":\"v\",\"dateReleased\":\"r\",\"count\":2,\"vulnerabilities\":[]}",
    );
    lab.write("page.json", "\n<!DOCTYPE html>\n<html>please log in</html>");
    lab.write("epss.csv", epss(9, "2026-11-26").trim_end());
    lab.write("cve5.json", "{\"dataVersion\":\"4.0\"}");
    std::fs::create_dir(lab.path("empty")).unwrap();
    assert!(Command::new("mkfifo").arg(lab.path("pipe")).status().unwrap().success());
    // A line of 2 GiB that takes no room on the disk.
    std::fs::File::create(lab.path("line.json")).unwrap().set_len(2 << 30).unwrap();
    let ran = lab.patchform("collect --json").exits(1);
    for (name, why) in [
        ("nul", "NUL"),
        ("wide", "UTF-16"),
        ("latin", "is not UTF-8"),
        ("deep", "OSV document"),
        ("line", "2.1 GB, more than the 1024 MiB"),
        ("folder", "there is no .json file in it"),
        ("pipe", "it is no file"),
        ("bzip", "it cannot be unpacked"),
        ("lzma", "packed by lzma"),
        ("oval", "a document type is not allowed: entities are not expanded"),
        ("cut", "it cannot be unpacked"),
        ("stranger", "it begins with <cvemap>, where <oval_definitions> is needed"),
        ("gzip", "cannot be unpacked"),
        ("kev", "says that there are 2 entries; there are 0"),
        ("epss", "it was cut off"),
        ("cve5", "there is no"),
        ("openvex", "this is no OpenVEX document"),
        ("csaf", "no document that could be read"),
        ("gone", "it is not there"),
        ("page", "what came is a web page"),
        ("tracker", ""),
        ("apt", "dists/bookworm/InRelease"),
        ("updateinfo", "repomd.xml"),
    ] {
        let told = feed(&ran, name);
        let problem = told["problem"].as_str().unwrap_or_default();
        assert!(told["outcome"] == "failed" && problem.contains(why), "{name}: {told}");
        assert!(problem.len() < 600, "{name}: {problem}");
    }
    assert_eq!(feed(&ran, "good")["outcome"], "new");
    assert_eq!(ids(&lab), ["DSA-1"]);
}

#[test]
fn a_bomb_is_refused_within_its_limit() {
    let lab = with(&[
        ("osv", "gzip", "bomb.json.gz", "max_size = 16"),
        ("osv", "xz", "bomb.json.xz", "max_size = 16"),
        ("osv", "bzip2", "bomb.json.bz2", "max_size = 16"),
        ("osv", "zip", "bomb.zip", "max_size = 16"),
        ("osv", "good", "good.zip", ""),
    ]);
    let script = "head -c 200000000 /dev/zero | gzip -1 >bomb.json.gz; head -c 200000000 /dev/zero | xz -0 >bomb.json.xz; \
                  head -c 200000000 /dev/zero | bzip2 -9 >bomb.json.bz2";
    assert!(Command::new("sh").args(["-c", script]).current_dir(lab.path("")).status().unwrap().success());
    let half = vec![b' '; 10 << 20];
    lab.write("bomb.zip", zip(&[("a.json", &half), ("b.json", &half)], true));
    lab.write(
        "good.zip",
        zip(
            &[
                ("README.md", b"no record"),
                ("a.json", osv("DSA-1", "x", "").as_bytes()),
                ("b/c.json", osv("DSA-2", "x", "").as_bytes()),
            ],
            false,
        ),
    );
    let ran = lab.patchform("collect --json").exits(1);
    for name in ["gzip", "xz", "bzip2", "zip"] {
        let told = feed(&ran, name);
        assert!(told["problem"].as_str().unwrap().contains("unpacked it is larger than 16 MiB"), "{told}");
        assert!(told["help"].as_str().unwrap().contains("`max_size`"), "{told}");
    }
    assert_eq!(ids(&lab), ["DSA-1", "DSA-2"]);
}

#[test]
fn ids_that_stand_there_twice_are_one_and_remarked() {
    let lab = with(&[("osv", "lines", "lines.jsonl", ""), ("osv", "folder", "folder", "")]);
    let older = osv("DSA-1", "x", "\"summary\": \"older\",").replace("2026-11-01", "2025-11-01");
    let newer = osv("DSA-1", "x", "\"summary\": \"newer\",");
    lab.write("lines.jsonl", format!("{newer}\n{older}\nno record\n{}\n", osv("DSA-2", "x", "")));
    std::fs::create_dir(lab.path("folder")).unwrap();
    lab.write("folder/1.json", &newer);
    lab.write("folder/2.json", &older);
    let ran = lab.patchform("collect --json").exits(1);
    assert_eq!((&feed(&ran, "lines")["entries"], &feed(&ran, "folder")["entries"]), (&2.into(), &1.into()));
    assert_eq!((&feed(&ran, "lines")["remarks"], &feed(&ran, "folder")["remarks"]), (&1.into(), &1.into()));
    assert_eq!((&feed(&ran, "lines")["unread"], &feed(&ran, "folder")["unread"]), (&1.into(), &0.into()));
    let catalog = patchform::catalog::Catalog::open(&lab.path(".patchform/catalog.db")).unwrap();
    let records = catalog.advisories(|_| true, None).unwrap();
    assert!(records.iter().filter(|record| record.id == "DSA-1").all(|record| record.summary == "newer"));
}

/// A zip of files, deflated or stored as they are.
fn zip(files: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let packed = if deflated { deflate(content) } else { content.to_vec() };
        let at = u32::try_from(out.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap();
        let mut head = vec![20, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0];
        head.extend_from_slice(&crc32(content).to_le_bytes());
        head.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
        head.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
        head.extend_from_slice(&length.to_le_bytes());
        head.extend_from_slice(&[0, 0]);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&head);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        central.extend_from_slice(b"PK\x01\x02\x14\0");
        central.extend_from_slice(&head);
        central.extend_from_slice(&[0; 10]);
        central.extend_from_slice(&at.to_le_bytes());
        central.extend_from_slice(name.as_bytes());
    }
    let (count, at) = (u16::try_from(files.len()).unwrap(), u32::try_from(out.len()).unwrap());
    out.extend_from_slice(&central);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&u32::try_from(central.len()).unwrap().to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

/// What gzip packs, without its own head and end.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut child =
        Command::new("gzip").arg("-1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writes = std::thread::spawn(move || input.write_all(&bytes).unwrap());
    let packed = child.wait_with_output().unwrap().stdout;
    writes.join().unwrap();
    packed[10..packed.len() - 8].to_vec()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}
