//! Hostile artifacts: none of them writes outside of its folder, and each is named.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

/// A tar header whose name is written as it is, unchecked.
fn header(name: &str, kind: EntryType, size: u64, link: &str) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o6755);
    let fields = header.as_ustar_mut().unwrap();
    fields.name[..name.len()].copy_from_slice(name.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    header
}

fn targz(entries: &[(&str, EntryType, &[u8], &str)]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content, link) in entries {
        builder.append(&header(name, *kind, content.len() as u64, link), *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// Unpacks in a scratch folder, and shows that nothing was written beside the release's folder.
fn unpacked(bytes: &[u8], max: u64) -> (Result<BTreeMap<String, Entry>, String>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let (artifact, root) = (dir.path().join("a.tar.gz"), dir.path().join("root"));
    fs::write(&artifact, bytes).unwrap();
    fs::create_dir(&root).unwrap();
    let result = unpack(&artifact, &root, max);
    let beside = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(beside, 2, "something was written outside");
    (result, dir)
}

const FILE: EntryType = EntryType::Regular;

#[test]
fn a_good_one_is_unpacked_without_setuid() {
    let bytes = targz(&[
        ("./", EntryType::Directory, b"", ""),
        ("bin/tool", FILE, b"tool", ""),
        ("bin/link", EntryType::Symlink, b"", "../bin/tool"),
        ("bin/same", EntryType::Link, b"", "bin/tool"),
    ]);
    let (files, dir) = unpacked(&bytes, 100);
    let files = files.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["bin/link", "bin/same", "bin/tool"]);
    assert_eq!(files["bin/tool"].mode, 0o755);
    assert_eq!(files["bin/same"].sha256, patchform_sdk::digest::of_bytes(b"tool"));
    let tool = dir.path().join("root/bin/tool");
    assert_eq!(fs::metadata(tool).unwrap().permissions().mode() & 0o7777, 0o755);
    assert_eq!(fs::read(dir.path().join("root/bin/link")).unwrap(), b"tool");
}

#[test]
fn hostile_ones_are_refused_by_name() {
    type Entries = &'static [(&'static str, EntryType, &'static [u8], &'static str)];
    let cases: &[(Entries, &str)] = &[
        (&[("../evil", FILE, b"x", "")], "\"../evil\" would leave"),
        (&[("a/../../evil", FILE, b"x", "")], "would leave"),
        (&[("/tmp/patchform-evil", FILE, b"x", "")], "would leave"),
        (&[("link", EntryType::Symlink, b"", "/etc")], "points to \"/etc\", which is outside"),
        (&[("a/link", EntryType::Symlink, b"", "../../x")], "which is outside"),
        (&[("link", EntryType::Symlink, b"", "")], "which is outside"),
        (
            &[("l", EntryType::Symlink, b"", "."), ("l/evil", FILE, b"x", "")],
            "is a file or a link, and something is put below",
        ),
        (&[("hard", EntryType::Link, b"", "/etc/passwd")], "points outside of the release"),
        (&[("hard", EntryType::Link, b"", "nothing")], "no earlier file"),
        (&[("l", EntryType::Symlink, b"", "x"), ("hard", EntryType::Link, b"", "l")], "no earlier file"),
        (&[("pipe", EntryType::Fifo, b"", "")], "\"pipe\" is neither file, folder nor link"),
        (&[("disk", EntryType::Block, b"", "")], "neither file"),
        (&[("a", FILE, b"x", ""), ("a/b", FILE, b"x", "")], "something is put below"),
        (&[("a", EntryType::Directory, b"", ""), ("a", FILE, b"x", "")], "a folder of that name"),
        (&[("a", FILE, b"0123456789", "")], "larger than max_size, 9 bytes"),
        (&[(".", FILE, b"x", "")], "has no name"),
    ];
    for (entries, says) in cases {
        let error = unpacked(&targz(entries), 9).0.unwrap_err();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_bomb_is_stopped_at_its_size() {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    builder.append(&header("zeros", FILE, 1 << 28, ""), io::repeat(0).take(1 << 28)).unwrap();
    let bytes = builder.into_inner().unwrap().finish().unwrap();
    assert!(bytes.len() < 1 << 19);
    assert!(unpacked(&bytes, 1 << 20).0.unwrap_err().contains("larger than max_size"));
}

#[test]
fn a_truncated_one_is_refused_wherever_it_ends() {
    let noise: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let bytes = targz(&[("a", FILE, &noise, ""), ("b", FILE, &noise, "")]);
    for length in (0..bytes.len() - 30).step_by(97) {
        let (result, _) = unpacked(&bytes[..length], 1 << 20);
        assert!(result.is_err(), "cut at {length} of {}", bytes.len());
    }
    assert!(unpacked(b"this is no archive", 1 << 20).0.unwrap_err().contains("damaged or no tar.gz"));
}
