//! `feed`: where advisories, and facts about vulnerabilities, come from.

use super::argument::argument;
use super::{Block, Holds, Need, Place, Takes};

/// The most MiB that a document may be allowed.
pub const MOST_MIB: u64 = 65_536;

pub const FEED: Block = Block {
    name: "feed",
    sort: None,
    place: Place::Root,
    labels: &["format", "name"],
    written: "feed \"osv\" \"debian\" { … }",
    what: "a feed block",
    about: "Where advisories, and facts about vulnerabilities, come from; `patchform collect` reads them into the catalog.",
    arguments: &[
        argument(
            "source",
            Takes::Text,
            Need::Required("source = \"https://feeds.example/all.zip\""),
            "an address (`https://…`), or a file or folder (`file:…` or a path, relative to the configuration); of an address nothing behind `?`, no user and no password is shown, and nothing at all of one that is sensitive",
        )
        .holding(Holds::Secrets),
        argument(
            "max_age",
            Takes::Time,
            Need::Optional("`3d`, `7d` or `14d`, by the format"),
            "from which age on the feed is stale; a stale feed is warned of, and its last good copy still counts",
        ),
        argument(
            "max_size",
            Takes::Whole(1, MOST_MIB),
            Need::Optional("some times the largest that is published, by the format"),
            "the most MiB of a document, packed or not; what is larger is refused",
        ),
        argument(
            "sha256",
            Takes::Text,
            Need::Optional("whatever comes"),
            "the SHA-256 that the document must have, in hexadecimal, for a feed that does not change",
        ),
        argument(
            "signed_by",
            Takes::Text,
            Need::Optional("signatures are not checked"),
            "a keyring as gpgv reads it: what none of its keys has signed is refused; of `apt`, `csaf` and `updateinfo`",
        ),
        argument(
            "timeout",
            Takes::Time,
            Need::Default("\"5m\""),
            "how long the answer of a server may take as a whole, for each document",
        ),
        argument(
            "ecosystem",
            Takes::Text,
            Need::Optional("must be given with `updateinfo`; with `oval` the documents tell, with `apt` the suite"),
            "whose packages the updates, definitions or packages are, as OSV calls it: `AlmaLinux:9`, `Debian:12`",
        ),
        argument(
            "suite",
            Takes::Text,
            Need::Optional("must be given with `apt`, and only there"),
            "the suite of an archive, such as `bookworm-security`",
        ),
        argument(
            "codename",
            Takes::Text,
            Need::Optional("the suite"),
            "what the release file of the suite calls itself where that is not the suite, with `apt`; another one is refused",
        ),
        argument(
            "components",
            Takes::Texts,
            Need::Default("[\"main\"]"),
            "which components of the suite are read, with `apt`",
        ),
        argument(
            "architectures",
            Takes::Texts,
            Need::Default("[\"amd64\"]"),
            "for which architectures the suite is read, with `apt`",
        ),
    ],
    blocks: &[],
    more: "The format is one of `osv`, `csaf`, `openvex`, `cve5`, `kev`, `epss`, `debian_tracker`, `oval`, `updateinfo` and `apt`; \
           docs/collect.md tells what each of them takes. The name is the feed's own: no two feeds share one.",
    example: &[("main.pf.hcl", include_str!("examples/feed.pf.hcl"))],
};
