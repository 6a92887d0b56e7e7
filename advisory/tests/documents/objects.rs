//! No reader of JSON takes an array for an object, at whatever place of a document.

use patchform_advisory::provider::{Metadata, read_feed};
use patchform_advisory::ssvc::{Point, Selection, Table};
use patchform_advisory::{Fault, Provenance, csaf, cve5, debian, kev, openvex, osv};
use serde_json::{Value, json};

type Reader = fn(&[u8]) -> Result<(), Fault>;

/// The readers, each with a document that has every object it knows, and the places where any value may stand.
fn readers() -> Vec<(&'static str, Reader, Value, &'static [&'static str])> {
    let point = json!({"namespace": "x", "key": "P", "version": "1", "name": "P", "values": [{"key": "A", "name": "a"}]});
    let cvss = json!({"vectorString": "AV:N/AC:L/Au:N/C:C/I:C/A:C", "baseScore": 10});
    vec![
        (
            "osv",
            |bytes| osv::read(bytes, &Provenance::default()).map(drop),
            json!({"id": "GO-1", "severity": [{"score": "1"}], "references": [{"url": "u"}], "affected": [{
                "package": {"name": "n"}, "severity": [{"score": "1"}], "ecosystem_specific": {"a": 1},
                "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]}),
            &["/affected/0/ecosystem_specific"],
        ),
        (
            "tracker",
            |bytes| debian::tracker::read(bytes, &Provenance::default()).map(drop),
            json!({"apt": {"CVE-2024-1": {"releases": {"sid": {"status": "open"}}}}}),
            // The tracker has written an empty list for no releases.
            &["/apt/CVE-2024-1/releases"],
        ),
        (
            "kev",
            |bytes| kev::Catalog::read(bytes).map(drop),
            json!({"catalogVersion": "v", "dateReleased": "r", "count": 1, "vulnerabilities": [{"cveID": "CVE-2024-3400",
                "vendorProject": "V", "product": "P", "vulnerabilityName": "N", "dateAdded": "2024-04-12",
                "shortDescription": "D", "requiredAction": "A", "dueDate": "2024-04-19"}]}),
            &[],
        ),
        (
            "cve5",
            |bytes| cve5::Record::read(bytes).map(drop),
            json!({"dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2024-3400", "state": "PUBLISHED"}, "containers": {
                "cna": {"providerMetadata": {"shortName": "v"}, "rejectedReasons": [{"value": "x"}],
                    "metrics": [{"cvssV2_0": cvss, "cvssV3_0": cvss, "cvssV3_1": cvss, "cvssV4_0": cvss}],
                    "references": [{"url": "u"}],
                    "affected": [{"versions": [{"version": "1", "changes": [{"at": "2", "status": "affected"}]}]}]},
                "adp": [{"metrics": [{"other": {"type": "kev", "content": {"dateAdded": "2024-04-12"}}},
                    {"other": {"type": "ssvc", "content": {"options": [{"Exploitation": "none"}]}}}]}]}}),
            &[],
        ),
        ("ssvc point", |bytes| Point::read(bytes).map(drop), point.clone(), &[]),
        (
            "ssvc table",
            |bytes| Table::read(bytes, "test").map(drop),
            json!({"name": "T", "outcome": "o", "decision_points": {"p": point, "o": point}, "mapping": [{"p": "A", "o": "A"}]}),
            &[],
        ),
        (
            "ssvc selection",
            |bytes| Selection::read(bytes).map(drop),
            json!({"selections": [{"name": "P", "values": [{"name": "A"}, "B"]}]}),
            &[],
        ),
        (
            "csaf",
            |bytes| csaf::read(bytes).map(drop),
            json!({"document": {"tracking": {"generator": {"engine": {"name": "e"}}, "revision_history": [{"number": "1"}]},
                "publisher": {"name": "p"}, "notes": [{"text": "t"}]}, "product_tree": {"branches": [{"name": "b",
                "product": {"product_id": "p", "product_identification_helper": {"purl": "pkg:a/b"}}}]},
                "vulnerabilities": [{"product_status": {"fixed": ["p"]}, "remediations": [{"details": "d"}]}]}),
            &[],
        ),
        (
            "openvex",
            |bytes| openvex::read(bytes).map(drop),
            json!({"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": {"name": "CVE-1"},
                "products": [{"@id": "p", "identifiers": {"purl": "pkg:a/b"}, "hashes": {"md5": "0"},
                "subcomponents": [{"@id": "s"}]}]}]}),
            &[],
        ),
        (
            "provider metadata",
            |bytes| Metadata::read(bytes).map(drop),
            json!({"publisher": {"name": "p"}, "public_openpgp_keys": [{"url": "u"}], "distributions": [
                {"directory": {"url": "u"}, "rolie": {"feeds": [{"url": "u"}]}}]}),
            &[],
        ),
        (
            "rolie",
            |bytes| read_feed(bytes).map(drop),
            json!({"feed": {"category": [{"term": "csaf"}], "entry": [{"link": [{"href": "h"}], "content": {"src": "s"}}]}}),
            &[],
        ),
    ]
}

/// The places of all objects in a value.
fn objects(value: &Value, path: String, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                objects(value, format!("{path}/{}", name.replace('/', "~1")), places);
            }
            places.push(path);
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                objects(value, format!("{path}/{at}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn an_array_is_nowhere_taken_for_an_object() {
    for (name, read, document, anything) in readers() {
        let read = |document: &Value| read(document.to_string().as_bytes());
        assert_eq!(read(&document), Ok(()), "{name}");
        let mut places = Vec::new();
        objects(&document, String::new(), &mut places);
        for place in places.iter().filter(|place| !anything.contains(&place.as_str())) {
            let members: Vec<Value> = document
                .pointer(place)
                .and_then(Value::as_object)
                .expect("an object")
                .values()
                .cloned()
                .collect();
            for array in [Vec::new(), members] {
                let mut changed = document.clone();
                *changed.pointer_mut(place).expect("a place") = Value::Array(array);
                assert!(read(&changed).is_err(), "{name}: {changed}");
            }
        }
    }
}
