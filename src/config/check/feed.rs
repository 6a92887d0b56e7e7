//! `feed "FORMAT" "NAME" { … }`: where advisories come from.

use crate::config::blocks::{self, MOST_MIB};
use crate::config::checked::{Feed, FeedFormat, FeedPlace, FeedSource, Suite};
use crate::config::fields::Fields;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::model::{Diagnostic, Span};
use patchform_advisory::suite;
use std::time::Duration;

/// How long an answer may take as a whole, where the block does not say.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// What an argument is for, where only some formats have it.
struct Only {
    name: &'static str,
    formats: &'static [FeedFormat],
    why: &'static str,
}

const ONLY: [Only; 7] = [
    Only {
        name: "ecosystem",
        formats: &[FeedFormat::UpdateInfo, FeedFormat::Oval, FeedFormat::Apt],
        why: "Documents of this format say whose packages they are about",
    },
    Only { name: "suite", formats: &[FeedFormat::Apt], why: "Only an archive of apt has suites" },
    Only { name: "codename", formats: &[FeedFormat::Apt], why: "Only an archive of apt has suites" },
    Only { name: "components", formats: &[FeedFormat::Apt], why: "Only an archive of apt has components" },
    Only {
        name: "architectures",
        formats: &[FeedFormat::Apt],
        why: "Only an archive of apt has architectures",
    },
    Only {
        name: "signed_by",
        formats: &[FeedFormat::Apt, FeedFormat::Csaf, FeedFormat::UpdateInfo],
        why: "Publishers of this format sign nothing",
    },
    Only {
        name: "sha256",
        formats: &[
            FeedFormat::Osv,
            FeedFormat::OpenVex,
            FeedFormat::Cve5,
            FeedFormat::Kev,
            FeedFormat::Epss,
            FeedFormat::DebianTracker,
            FeedFormat::Oval,
        ],
        why: "This format is made of several documents, and has digests of its own",
    },
];

/// Evaluates a feed block.
pub(super) fn read(name: &str, block: &Block, fields: &mut Fields<'_>) -> Option<Feed> {
    let before = fields.problems.0.len();
    blocks::FEED.check(block, fields.problems);
    let format = format(block, fields);
    let source = block.body.attribute("source").and_then(|attribute| source(attribute, fields));
    let max_age = fields.period(&block.body, "max_age");
    if let (Some(age), Some(attribute)) = (max_age, block.body.attribute("max_age"))
        && age < Duration::from_secs(60)
    {
        let problem = Diagnostic::error("\"max_age\" must be a minute or more");
        fields.problems.push(problem.at(attribute.value.span(), "the feed would always be stale"));
    }
    let max_size = fields.whole(&block.body, "max_size", 1, MOST_MIB).map(|mib| mib << 20);
    let sha256 = sha256(block, fields);
    let signed_by = said(block, "signed_by", fields);
    let timeout = fields.period(&block.body, "timeout");
    let ecosystem = said(block, "ecosystem", fields);
    let suite = said(block, "suite", fields);
    let codename = said(block, "codename", fields);
    let components = names(block, "components", "main", fields);
    let architectures = names(block, "architectures", "amd64", fields);
    let format = format?;
    misplaced(format, block, fields);
    if format == FeedFormat::UpdateInfo {
        needed(format, "ecosystem", "ecosystem = \"AlmaLinux:9\"", block, fields);
    }
    if let (FeedFormat::Apt, Some(said)) = (format, &ecosystem) {
        released(said, block, fields);
    }
    if format == FeedFormat::Apt {
        needed(format, "suite", "suite = \"bookworm-security\"", block, fields);
    }
    let suite = suite.map(|name| Suite { name, codename, components, architectures });
    let sound = fields.problems.0.len() == before;
    let feed = Feed {
        name: name.to_string(),
        format,
        source: source?,
        max_age: max_age.unwrap_or(format.max_age()),
        sha256,
        signed_by,
        max_size: max_size.unwrap_or(format.max_size()),
        timeout: timeout.unwrap_or(TIMEOUT),
        ecosystem,
        suite,
        span: block.header,
    };
    sound.then_some(feed)
}

/// Complains where an archive's packages are said to be of no release: a host is sent to versions of its own one only.
fn released(said: &str, block: &Block, fields: &mut Fields<'_>) {
    let at = block.body.attribute("ecosystem").filter(|_| suite::Suite::of_name(said).is_none());
    if let Some(attribute) = at {
        let problem = Diagnostic::error(format!("{said:?} names no release"));
        let problem = problem.at(attribute.value.span(), "whose packages the suite has");
        fields.problems.push(problem.help("Write the distribution and its release, such as \"Debian:12\"."));
    }
}

/// Complains where an argument is missing that the format must have.
fn needed(format: FeedFormat, name: &str, line: &str, block: &Block, fields: &mut Fields<'_>) {
    // One that is misspelt was told of already.
    let misspelt = block.body.attributes.iter().any(|a| blocks::FEED.argument(&a.name).is_none());
    if block.body.attribute(name).is_none() && !misspelt {
        let what = format!("a feed block of format {format}");
        fields.problems.push(blocks::missing(name, &what, block.header, line));
    }
}

fn format(block: &Block, fields: &mut Fields<'_>) -> Option<FeedFormat> {
    let label = block.labels.first()?;
    let format = FeedFormat::of_name(&label.text);
    if format.is_none() {
        let problem = Diagnostic::error(format!("There is no format of feeds named {:?}", &*label.text))
            .at(label.span, "unknown format")
            .help(suggest::sentence(&label.text, FeedFormat::NAMES));
        fields.problems.push(problem);
    }
    format
}

fn source(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<FeedSource> {
    let at = attribute.value.span();
    let no_text = |what: String| wrong_source("The source of a feed must be a string", at, what);
    let problem = match fields.found(&attribute.value) {
        Err(guess) if guess.may_be_text() => return None,
        Err(guess) => no_text(format!("this is {}", guess.kind())),
        Ok(value) => match value.as_str().map(place) {
            Some(Ok(place)) => return Some(FeedSource { place, sensitive: value.is_sensitive() }),
            Some(Err(what)) => wrong_source("Nothing can be read from this source", at, what),
            None if value.is_sensitive() => no_text("this is no string".to_string()),
            None => no_text(format!("this is {}", value.kind())),
        },
    };
    fields.problems.push(problem);
    None
}

fn wrong_source(summary: &str, at: Span, what: String) -> Diagnostic {
    let help =
        "Write an address such as \"https://feeds.example/all.zip\", or a path such as \"mirror/all.zip\".";
    Diagnostic::error(summary).at(at, what).help(help)
}

fn place(text: &str) -> Result<FeedPlace, String> {
    let odd = |c: char| c.is_control() || c == '\0';
    if text.trim() != text || text.is_empty() || text.contains(odd) {
        return Err("it is empty, or has blanks at its ends or control characters".to_string());
    }
    // The name of a scheme counts in capitals as well (RFC 3986, 3.1).
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        let path = rest;
        let path = path.strip_prefix("//").unwrap_or(path);
        return match path.is_empty() {
            true => Err("there is no path behind \"file:\"".to_string()),
            false => Ok(FeedPlace::Path(path.to_string())),
        };
    }
    match text.split_once("://") {
        None => Ok(FeedPlace::Path(text.to_string())),
        Some((_, rest)) if matches!(scheme.as_str(), "https" | "http") => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            match host.is_empty() || text.contains(char::is_whitespace) {
                true => Err("the address has no host, or blanks in it".to_string()),
                false => Ok(FeedPlace::Address(format!("{scheme}://{rest}"))),
            }
        }
        Some((scheme, _)) => Err(format!("{scheme}:// is neither https:// nor http:// nor file:")),
    }
}

fn sha256(block: &Block, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text(&block.body, "sha256")?.to_ascii_lowercase();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(text);
    }
    let at = block.body.attribute("sha256").map_or(block.header, |a| a.value.span());
    let problem = Diagnostic::error("\"sha256\" must have 64 hexadecimal digits")
        .at(at, format!("this has {} characters", text.chars().count()))
        .help("`sha256sum FILE` prints it.");
    fields.problems.push(problem);
    None
}

/// A text that says something.
fn said(block: &Block, name: &str, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text(&block.body, name)?;
    if good(&text) {
        return Some(text);
    }
    let at = block.body.attribute(name).map_or(block.header, |a| a.value.span());
    fields.problems.push(
        Diagnostic::error(format!("\"{name}\" names nothing")).at(at, "empty, or with blanks at its ends"),
    );
    None
}

fn names(block: &Block, name: &str, default: &str, fields: &mut Fields<'_>) -> Vec<String> {
    let Some(names) = fields.texts(&block.body, name) else { return vec![default.to_string()] };
    // They become parts of paths and of addresses.
    let plain = |name: &String| good(name) && name.split('/').all(|part| !part.is_empty() && part != "..");
    if names.is_empty() || !names.iter().all(plain) {
        let at = block.body.attribute(name).map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error(format!("\"{name}\" must name at least one, and none may be empty, have blanks at its ends, or climb by \"..\""))
            .at(at, "")
            .help(format!("For example: {name} = [\"{default}\"]"));
        fields.problems.push(problem);
    }
    names
}

fn good(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(char::is_control)
}

/// Complains about arguments that the format does not have.
fn misplaced(format: FeedFormat, block: &Block, fields: &mut Fields<'_>) {
    for only in ONLY.iter().filter(|only| !only.formats.contains(&format)) {
        let Some(attribute) = block.body.attribute(only.name) else { continue };
        let problem = Diagnostic::error(format!("A feed of format {format} has no \"{}\"", only.name))
            .at(attribute.span, "not with this format")
            .because(format!("{}.", only.why))
            .help("Take it out.");
        fields.problems.push(problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_or_a_path() {
        let path = |text: &str| Ok(FeedPlace::Path(text.to_string()));
        let address = |text: &str| Ok(FeedPlace::Address(text.to_string()));
        assert!(place("mirror/all.zip") == path("mirror/all.zip"));
        assert!(place("file:mirror") == path("mirror"));
        assert!(place("file:///srv/x") == path("/srv/x"));
        assert!(place("https://a.example/x") == address("https://a.example/x"));
        for wrong in [
            "",
            " x",
            "ftp://a.example/x",
            "https://",
            "https:///x",
            "http://u:p@/x",
            "file:",
            "a\nb",
            "https://a b/",
        ] {
            assert!(place(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_scheme_counts_in_capitals_as_well() {
        let address = |text: &str| Ok(FeedPlace::Address(text.to_string()));
        assert!(place("HTTPS://Feeds.example/All.zip") == address("https://Feeds.example/All.zip"));
        assert!(place("Http://a.example") == address("http://a.example"));
        let path = |text: &str| Ok(FeedPlace::Path(text.to_string()));
        assert!(place("FILE:///srv/Mirror") == path("/srv/Mirror"));
        assert!(place("file:a.json") == path("a.json") && place("a:b.json") == path("a:b.json"));
        assert!(place("FTP://a.example/x").is_err() && place("HTTPS://").is_err());
    }
}
