//! How long indices of an archive take to read: `cargo run --release -p patchform-advisory --example packages_speed
//! [STATUS] [STANZAS]`, where STATUS is a dpkg status file whose stanzas are repeated under other names.

use patchform_advisory::packages::{self, Candidates};
use std::time::Instant;

/// Of the length that the stanzas of Debian's archive have: 810 bytes.
const STANZA: &str = "Package: NAME\nSource: name (1:2.4-3)\nVersion: 1:2.4-3+b1\nInstalled-Size: 1524\n\
    Maintainer: A Maintainer <maintainer@example.com>\nArchitecture: amd64\nDepends: libc6 (>= 2.34), liba (>= 1.2), \
    libb (>= 1.2), libc (>= 1.2), libd (>= 1.2), libe (>= 1.2), libf (>= 1.2)\nSuggests: doc\nDescription: a package\n\
    Homepage: https://example.com/\nDescription-md5: 0123456789abcdef0123456789abcdef\nTag: admin::monitoring, \
    devel::lang:c, implemented-in::c, interface::commandline, interface::daemon, role::program, scope::utility, \
    use::monitor, works-with::software:running, works-with-format::plaintext\nSection: admin\nPriority: optional\n\
    Filename: pool/main/n/name/name_2.4-3+b1_amd64.deb\nSize: 123456\nMD5sum: 0123456789abcdef0123456789abcdef\n\
    SHA256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n\n";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let status = arguments.next().map(|path| std::fs::read_to_string(path).expect("a status file"));
    let stanzas: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(132_265);
    let text = index(status.as_deref(), stanzas);
    for _ in 0..5 {
        let start = Instant::now();
        let read = packages::read(text.as_bytes()).collect::<Result<Vec<_>, _>>().expect("an index");
        let reading = start.elapsed();
        let mut candidates = Candidates::default();
        read.iter().for_each(|offered| candidates.add(*offered, "suite").expect("a version"));
        let megabytes = text.len() as f64 / 1e6;
        println!(
            "{} stanzas, {megabytes:.1} MB: read in {reading:?}, read and indexed in {:?}",
            read.len(),
            start.elapsed()
        );
    }
}

/// So many stanzas, each under a name of its own.
fn index(status: Option<&str>, stanzas: usize) -> String {
    let real: Vec<&str> = status.map_or(vec![], |text| text.split_inclusive("\n\n").collect());
    let named = real
        .iter()
        .filter_map(|stanza| stanza.strip_prefix("Package: ")?.split_once('\n'))
        .collect::<Vec<_>>();
    let mut text = String::new();
    for at in 0..stanzas {
        match named.get(at % named.len().max(1)) {
            Some((name, rest)) => text += &format!("Package: {name}-{at}\n{rest}"),
            None => text += &STANZA.replace("NAME", &format!("name-{at}")),
        }
    }
    text
}
