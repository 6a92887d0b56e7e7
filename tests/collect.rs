//! `collect`: feeds of files and servers are read into the catalog, whole or not at all, and one that is broken harms no
//! other.

#[path = "collect/ahead.rs"]
mod ahead;
#[path = "collect/bundle.rs"]
mod bundle;
#[path = "collect/corpus.rs"]
mod corpus;
#[path = "collect/crash.rs"]
mod crash;
#[path = "collect/definitions.rs"]
mod definitions;
#[path = "collect/hostile.rs"]
mod hostile;
mod lab;
#[path = "collect/providers.rs"]
mod providers;
#[path = "collect/published.rs"]
mod published;
#[allow(dead_code, reason = "only fetching asks for TLS")]
mod server;
#[path = "collect/servers.rs"]
mod servers;
#[path = "collect/torn.rs"]
mod torn;

use lab::{Lab, Ran};
use patchform::catalog::Catalog;
use published::{kev, osv};
use serde_json::Value as Json;

/// What a command told, wherever its lines were broken.
trait Tells: Sized {
    /// Fails the test unless `text` was printed.
    #[track_caller]
    fn tells(self, text: &str) -> Self;
}

impl Tells for Ran {
    fn tells(self, text: &str) -> Self {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = words(&self.out).contains(&words(text)) || words(&self.err).contains(&words(text));
        assert!(said, "{text:?} was not said\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }
}

/// A lab with these feeds: format, name, source, and further lines of the block.
fn with(feeds: &[(&str, &str, &str, &str)]) -> Lab {
    Lab::new(&blocks(feeds))
}

fn blocks(feeds: &[(&str, &str, &str, &str)]) -> String {
    let block = |(format, name, source, more): &(&str, &str, &str, &str)| {
        format!("feed \"{format}\" \"{name}\" {{\n  source = \"{source}\"\n  {more}\n}}\n")
    };
    feeds.iter().map(block).collect()
}

/// What `--json` says of a feed.
fn feed(ran: &Ran, name: &str) -> Json {
    let json: Json = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    let feeds = json["feeds"].as_array().expect("feeds");
    feeds.iter().find(|feed| feed["name"] == name).cloned().unwrap_or_else(|| panic!("no {name} in {json}"))
}

/// The ids of all advisories of the catalog.
fn ids(lab: &Lab) -> Vec<String> {
    let catalog = Catalog::open(&lab.path(".patchform/catalog.db")).expect("a catalog");
    let records = catalog.advisories(|_| true, None).expect("advisories");
    records.into_iter().map(|record| record.id).collect()
}

#[test]
fn files_are_read_and_read_again_only_when_they_change() {
    let lab = with(&[("osv", "debian", "osv", ""), ("kev", "cisa", "file:kev.json", "max_age = \"36500d\"")]);
    std::fs::create_dir(lab.path("osv")).unwrap();
    lab.write("osv/a.json", osv("DSA-1", "openssl", ""));
    lab.write("osv/b.json", osv("DSA-2", "zlib", ""));
    lab.write("kev.json", kev(20, "2026-11-01T00:00:00Z"));
    let first = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&first, "debian")["new"], 2);
    assert_eq!(
        (&feed(&first, "cisa")["entries"], &feed(&first, "cisa")["stale"]),
        (&20.into(), &false.into())
    );
    let again = lab.patchform("collect --json").exits(0);
    assert_eq!(
        (&feed(&again, "debian")["outcome"], &feed(&again, "cisa")["outcome"]),
        (&"unchanged".into(), &"unchanged".into())
    );
    // A record that is withdrawn is taken back, and one that is touched says nothing new.
    lab.write("osv/b.json", osv("DSA-2", "zlib", "\"withdrawn\": \"2026-01-01T00:00:00Z\","));
    lab.write("kev.json", kev(20, "2026-11-01T00:00:00Z"));
    let third = lab.patchform("collect --json").exits(0);
    let debian = feed(&third, "debian");
    assert_eq!(
        (&debian["withdrawn_now"], &debian["withdrawn"], &debian["new"]),
        (&1.into(), &1.into(), &0.into())
    );
    assert_eq!(feed(&third, "cisa")["outcome"], "unchanged");
    assert_eq!(ids(&lab), ["DSA-1", "DSA-2"]);
}

#[test]
fn one_feed_can_be_asked_alone_and_one_that_is_taken_out_goes() {
    let lab = with(&[("osv", "a", "a.json", ""), ("osv", "b", "b.json", "")]);
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    lab.write("b.json", osv("DSA-2", "zlib", ""));
    lab.patchform("collect --feed a").exits(0).tells("new copy");
    assert_eq!(ids(&lab), ["DSA-1"]);
    lab.patchform("collect --feed aa").exits(1).tells("there is no feed aa").tells("Did you mean \"a\"?");
    lab.patchform("collect").exits(0);
    assert_eq!(ids(&lab), ["DSA-1", "DSA-2"]);
    lab.write("main.pf.hcl", blocks(&[("osv", "b", "b.json", "")]));
    lab.patchform("collect").exits(0).tells("no longer has the feed a");
    assert_eq!(ids(&lab), ["DSA-2"]);
    // Another source under the same name is another feed, as soon as it can be read.
    lab.write("main.pf.hcl", blocks(&[("osv", "b", "c.json", "")]));
    lab.patchform("collect")
        .exits(1)
        .tells("c.json: it is not there")
        .tells("Its last good copy counts still: 1 entry");
    assert_eq!(ids(&lab), ["DSA-2"]);
    lab.write("main.pf.hcl", blocks(&[("osv", "b", "a.json", "")]));
    lab.patchform("collect").exits(0);
    assert_eq!(ids(&lab), ["DSA-1"]);
}

#[test]
fn without_feeds_nothing_is_collected_and_a_damaged_catalog_says_the_way_out() {
    let none = Lab::new("locals {\n  a = 1\n}\n");
    none.patchform("collect")
        .exits(1)
        .tells("the configuration has no feeds")
        .tells("patchform reference feed");
    let lab = with(&[("osv", "a", "a.json", "")]);
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    lab.patchform("collect").exits(0);
    lab.write(
        ".patchform/catalog.db",
        "this is no catalog, but it is longer than a hundred bytes ".repeat(9),
    );
    lab.patchform("collect").exits(1).tells("is damaged or no catalog").tells("remove it");
    std::fs::remove_file(lab.path(".patchform/catalog.db")).unwrap();
    lab.patchform("collect").exits(0);
    assert_eq!(ids(&lab), ["DSA-1"]);
}

#[test]
fn a_copy_that_shrank_or_is_older_is_refused_until_it_is_taken_by_order() {
    let lab = with(&[("kev", "cisa", "kev.json", "max_age = \"36500d\""), ("osv", "a", "a.json", "")]);
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    let publish = |entries: usize, released: &str| lab.write("kev.json", kev(entries, released));
    publish(100, "2026-11-01T00:00:00Z");
    lab.patchform("collect").exits(0);
    publish(89, "2026-11-02T00:00:00Z");
    let refused = lab.patchform("collect").exits(1).tells("it shrank from 100 to 89 entries");
    refused
        .tells("patchform collect --accept-shrink cisa")
        .tells("Its last good copy counts still: 100 entries");
    let still = lab.patchform("collect --json");
    assert_eq!(
        (&feed(&still, "cisa")["entries"], &feed(&still, "cisa")["outcome"]),
        (&100.into(), &"failed".into())
    );
    let taken = lab.patchform("collect --accept-shrink cisa --json").exits(0);
    assert_eq!((&feed(&taken, "cisa")["entries"], &feed(&taken, "cisa")["gone"]), (&89.into(), &11.into()));
    publish(95, "2026-10-01T00:00:00Z");
    lab.patchform("collect").exits(1).tells("it went back in time").tells("--accept-older cisa");
    lab.patchform("collect --accept-older cisa").exits(0);
    lab.patchform("collect").exits(0).tells("nothing new");
}

#[test]
fn an_old_edition_is_stale_and_counts_all_the_same() {
    let lab = with(&[("kev", "cisa", "kev.json", "")]);
    lab.write("kev.json", kev(3, "2025-01-01T00:00:00Z"));
    let stale = lab.patchform("collect").exits(0).tells("stale");
    stale.tells("it was published 2025-01-01T00:00:00.000Z, and more than 14d old is too old for it");
}

/// A renamed feed whose new source is mistyped would else take all that it knew with it, and findings would pass for closed.
#[test]
fn what_a_feed_knew_counts_until_what_came_in_its_place_was_read() {
    let lab = with(&[("osv", "debian", "all.json", "")]);
    lab.write("all.json", osv("DSA-1", "openssl", ""));
    lab.patchform("collect").exits(0);
    lab.write("main.pf.hcl", blocks(&[("osv", "debian_osv", "mistyped.json", "")]));
    lab.patchform("collect")
        .exits(1)
        .tells("no longer has the feed debian; its entries count on until debian_osv was read");
    assert_eq!(ids(&lab), ["DSA-1"]);
    lab.write("main.pf.hcl", blocks(&[("osv", "debian_osv", "all.json", "")]));
    lab.patchform("collect").exits(0).tells("no longer has the feed debian; its entries were taken out");
    assert_eq!(ids(&lab), ["DSA-1"]);
    lab.patchform("collect --json").exits(0).does_not_say("\"debian\"");
}
