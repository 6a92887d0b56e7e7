//! Definitions as vendors write them, and as nobody should.

use super::*;
use crate::affected::Status;
use crate::range::Event;
use crate::remark::Remark;
use proptest::prelude::*;

/// A document of one vendor: one definition, and what it leans on. Tests are `t1`…, objects `o1`…, states `s1`….
struct Written<'a> {
    id: &'a str,
    class: &'a str,
    metadata: &'a str,
    criteria: &'a str,
    tests: &'a str,
    objects: &'a str,
    states: &'a str,
    variables: &'a str,
}

const RED_HAT: Written<'_> = Written {
    id: "oval:com.redhat.rhsa:def:1",
    class: "patch",
    metadata: "<title>RHSA-2022:4765: firefox\n security update</title>\
               <reference ref_id=\"RHSA-2022:4765\" ref_url=\"https://a.example\" source=\"RHSA\"/>\
               <reference ref_id=\"CVE-2022-1529\" source=\"CVE\"/>\
               <advisory><severity>Critical</severity><issued date=\"2022-05-27\"/><updated date=\"2022-05-28\"/>\
               <cve cvss3=\"8.8/CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H\">CVE-2022-1529</cve></advisory>",
    criteria: "<criteria operator=\"OR\"><criterion test_ref=\"no\" comment=\"must be installed\"/>\
               <criteria operator=\"AND\"><criterion test_ref=\"el9\" comment=\"9 is installed\"/>\
               <criterion test_ref=\"t1\" comment=\"earlier\"/><criterion test_ref=\"t2\" comment=\"signed\"/></criteria></criteria>",
    tests: "<r:rpmverifyfile_test id=\"no\" check=\"none satisfy\"><r:object object_ref=\"of\"/><r:state state_ref=\"sn\"/></r:rpmverifyfile_test>\
            <r:rpmverifyfile_test id=\"el9\" check=\"at least one\"><r:object object_ref=\"of\"/><r:state state_ref=\"s9\"/></r:rpmverifyfile_test>\
            <r:rpminfo_test id=\"t1\" check=\"at least one\"><r:object object_ref=\"o1\"/><r:state state_ref=\"s1\"/></r:rpminfo_test>\
            <r:rpminfo_test id=\"t2\" check=\"at least one\"><r:object object_ref=\"o1\"/><r:state state_ref=\"s2\"/></r:rpminfo_test>\
            <r:rpminfo_test id=\"there\" check=\"at least one\"><r:object object_ref=\"o1\"/></r:rpminfo_test>\
            <r:rpminfo_test id=\"gone\" check=\"at least one\" check_existence=\"none_exist\"><r:object object_ref=\"o1\"/></r:rpminfo_test>\
            <r:rpminfo_test id=\"other\" check=\"at least one\"><r:object object_ref=\"o2\"/></r:rpminfo_test>\
            <u:uname_test id=\"runs\" check=\"at least one\"><u:object object_ref=\"ou\"/><u:state state_ref=\"su\"/></u:uname_test>\
            <i:textfilecontent54_test id=\"mod\" check=\"all\"><i:object object_ref=\"om\"/><i:state state_ref=\"sm\"/></i:textfilecontent54_test>\
            <x:sql57_test id=\"odd\"><x:object object_ref=\"o1\"/></x:sql57_test>",
    objects: "<r:rpmverifyfile_object id=\"of\"><r:name operation=\"pattern match\"/><r:filepath>/etc/redhat-release</r:filepath></r:rpmverifyfile_object>\
              <r:rpminfo_object id=\"o1\"><r:name>firefox</r:name></r:rpminfo_object>\
              <r:rpminfo_object id=\"o2\"><r:name>swan</r:name></r:rpminfo_object><u:uname_object id=\"ou\"/>\
              <i:textfilecontent54_object id=\"om\"><i:filepath>/etc/dnf/modules.d/nodejs.module</i:filepath></i:textfilecontent54_object>",
    states: "<r:rpmverifyfile_state id=\"sn\"><r:name operation=\"pattern match\">^redhat-release</r:name></r:rpmverifyfile_state>\
             <r:rpmverifyfile_state id=\"s9\"><r:version operation=\"pattern match\">^9[^\\d]</r:version></r:rpmverifyfile_state>\
             <r:rpminfo_state id=\"s1\"><r:arch operation=\"pattern match\">x86_64|aarch64</r:arch>\
             <r:evr operation=\"less than\">0:91.9.1-1.el9_0</r:evr></r:rpminfo_state>\
             <r:rpminfo_state id=\"s2\"><r:signature_keyid>199e</r:signature_keyid></r:rpminfo_state>\
             <u:uname_state id=\"su\"><u:os_release operation=\"pattern match\">5</u:os_release></u:uname_state>\
             <i:textfilecontent54_state id=\"sm\"><i:text operation=\"pattern match\">\\nstream\\s*=\\s*18\\b</i:text></i:textfilecontent54_state>",
    variables: "",
};

impl Written<'_> {
    fn text(&self) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<oval_definitions xmlns=\"o\">\n<generator><oval:timestamp>2022-08-17T00:34:31</oval:timestamp></generator>\n\
             <definitions>\n<definition class=\"{}\" id=\"{}\">\n<metadata>{}</metadata>{}</definition></definitions>\n\
             <tests>{}</tests><objects>{}</objects><states>{}</states><variables>{}</variables>\n</oval_definitions>",
            self.class,
            self.id,
            self.metadata,
            self.criteria,
            self.tests,
            self.objects,
            self.states,
            self.variables
        )
    }

    fn read(&self) -> Result<Reading, Fault> {
        read(self.text().as_bytes(), None, &Provenance::default())
    }

    /// The entries in words, and the remarks.
    fn told(&self) -> (Vec<String>, Vec<String>) {
        let feed = self.read().unwrap().feed;
        let entries = feed.records.iter().flat_map(|record| record.affected.iter().map(shown)).collect();
        (entries, feed.remarks.iter().map(Remark::to_string).collect())
    }

    fn with(&self, criteria: &'static str) -> Written<'_> {
        Written { criteria, ..*self }
    }
}

fn shown(entry: &crate::Affected) -> String {
    let event = |event: &Event| match event {
        Event::Introduced(version) => format!("from {version}"),
        Event::Fixed(version) => format!("fixed {version}"),
        Event::LastAffected(version) => format!("last {version}"),
        Event::Limit(version) => format!("limit {version}"),
    };
    let events = entry.ranges.iter().flat_map(|range| range.events.iter().map(event));
    let mut parts = vec![entry.ecosystem.to_string(), entry.package.clone()];
    parts.extend(events);
    parts.extend(entry.versions.iter().map(|version| format!("only {version}")));
    parts.extend(entry.module.iter().map(|module| format!("in {module}")));
    parts.extend((!entry.arches.is_empty()).then(|| entry.arches.join("|")));
    parts.extend((entry.status != Status::Versions).then(|| format!("{:?}", entry.status)));
    parts.extend(entry.note.iter().map(|note| format!("({note})")));
    parts.join(" ")
}

#[test]
fn a_patch_is_an_advisory_about_cves() {
    let reading = RED_HAT.read().unwrap();
    assert_eq!(reading.generated.as_deref(), Some("2022-08-17T00:34:31"));
    let [record] = &reading.feed.records[..] else { panic!("{reading:?}") };
    assert_eq!(
        (record.id.as_str(), record.summary.as_str()),
        ("RHSA-2022:4765", "RHSA-2022:4765: firefox security update")
    );
    assert_eq!(
        (&record.upstream[..], &record.related[..]),
        (&["CVE-2022-1529".to_string()][..], &["oval:com.redhat.rhsa:def:1".to_string()][..])
    );
    assert_eq!(
        (record.published.as_deref(), record.modified.as_deref()),
        (Some("2022-05-27"), Some("2022-05-28"))
    );
    assert_eq!(
        (record.severity[0].value.as_str(), record.severity.len(), record.provenance.line),
        ("Critical", 1, 5)
    );
    assert_eq!(record.references, ["https://a.example"]);
    assert_eq!(
        RED_HAT.told(),
        (vec!["Red Hat:9 firefox from 0 fixed 91.9.1-1.el9_0 aarch64|x86_64".into()], vec![])
    );
}

#[test]
fn products_of_an_erratum_are_its_channels() {
    let metadata = "<title>RHSA-2022:1: x</title><advisory><affected_cpe_list><cpe>cpe:/a:redhat:rhel_eus:9.0::appstream</cpe>\
                    <cpe>cpe:/a:redhat:enterprise_linux:8::appstream</cpe></affected_cpe_list></advisory>";
    let (entries, _) = Written { metadata, ..RED_HAT }.told();
    assert_eq!(entries, ["Red Hat:rhel_eus:9.0:9 firefox from 0 fixed 91.9.1-1.el9_0 aarch64|x86_64"]);
}

#[test]
fn a_package_that_is_only_asked_to_be_there_has_no_fix() {
    let metadata = "<title>CVE-2005-2541 tar: x</title><reference ref_id=\"CVE-2005-2541\"/>\
                    <advisory><cve cvss3=\"7.0/CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H\">CVE-2005-2541</cve>\
                    <affected><resolution state=\"Will not fix\"><component>firefox</component></resolution></affected></advisory>";
    let vulnerability =
        Written { id: "oval:com.redhat.cve:def:1", class: "vulnerability", metadata, ..RED_HAT }
            .with("<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"there\"/></criteria>")
            .read()
            .unwrap();
    let record = &vulnerability.feed.records[0];
    assert_eq!((record.id.as_str(), record.upstream.len()), ("CVE-2005-2541", 0));
    assert_eq!(
        (record.severity[0].system.as_str(), shown(&record.affected[0]).as_str()),
        ("CVSS_V3", "Red Hat:9 firefox NoFix(WontFix) (Will not fix)")
    );
}

#[test]
fn what_is_there_and_not_there_is_not_affected_where_the_vendor_says_so() {
    let criteria = "<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"there\"/><criterion test_ref=\"gone\"/></criteria>";
    let unaffected = Written { id: "oval:com.redhat.unaffected:def:1", class: "vulnerability", ..RED_HAT };
    assert_eq!(unaffected.with(criteria).told().0, ["Red Hat:9 firefox NotAffected"]);
    let (entries, remarks) = RED_HAT.with(criteria).told();
    assert_eq!(entries, Vec::<String>::new());
    assert_eq!(remarks, ["line 5: RHSA-2022:4765: its criteria name no package that could be affected"]);
}

#[test]
fn a_module_is_of_the_entry_and_a_kernel_that_runs_is_remarked() {
    let module = RED_HAT.with("<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"mod\" comment=\"Module nodejs:18 is enabled\"/><criterion test_ref=\"t1\"/></criteria>");
    assert_eq!(
        module.told(),
        (vec!["Red Hat:9 firefox from 0 fixed 91.9.1-1.el9_0 in nodejs:18 aarch64|x86_64".into()], vec![])
    );
    let other = RED_HAT.with("<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"mod\" comment=\"Module nodejs:20 is enabled\"/><criterion test_ref=\"t1\"/></criteria>");
    assert_eq!(
        other.told().0,
        [
            "Red Hat:9 firefox aarch64|x86_64 Undetermined (the definition also asks for a stream of the module nodejs)"
        ]
    );
    let kernel = RED_HAT.with("<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"runs\"/><criterion test_ref=\"t1\"/></criteria>");
    assert_eq!(
        kernel.told(),
        (
            vec!["Red Hat:9 firefox from 0 fixed 91.9.1-1.el9_0 aarch64|x86_64".into()],
            vec!["line 5: oval:com.redhat.rhsa:def:1: which kernel runs is asked as well: here an installed kernel counts, whether it runs or not".into()]
        )
    );
}

#[test]
fn what_no_record_can_say_is_unknown_and_what_the_document_lacks_is_damage() {
    for (criteria, entries, reason, damaged) in [
        (
            "<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"odd\"/><criterion test_ref=\"t1\"/></criteria>",
            "Red Hat:9 firefox aarch64|x86_64 Undetermined (the definition also asks for a test of the kind sql57_test)",
            "it asks for a test of the kind sql57_test; what leans on it is unknown",
            false,
        ),
        (
            "<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"other\"/><criterion test_ref=\"t1\"/></criteria>",
            "Red Hat:9 firefox aarch64|x86_64 Undetermined (the definition also asks for several packages at once: firefox, swan)",
            "it asks for several packages at once: firefox, swan; what leans on it is unknown",
            false,
        ),
        (
            "<criteria><criterion test_ref=\"el9\"/><criterion test_ref=\"nowhere\"/></criteria>",
            "",
            "it asks for the test nowhere, which is not in the document; what leans on it is unknown",
            true,
        ),
        (
            "<criteria><criterion test_ref=\"el9\"/><extend_definition definition_ref=\"d2\" comment=\"more\"/><criterion test_ref=\"t1\"/></criteria>",
            "Red Hat:9 firefox aarch64|x86_64 Undetermined (the definition also asks for what d2 says (more))",
            "it asks for what d2 says (more); what leans on it is unknown",
            false,
        ),
        (
            "<criteria><criterion test_ref=\"el9\" negate=\"true\"/><criterion test_ref=\"there\"/></criteria>",
            "",
            "it asks for another release than 9 and one thing more; what leans on it is unknown",
            false,
        ),
        (
            "<criteria><criterion test_ref=\"there\"/></criteria>",
            "",
            "it asks for firefox without its release; what leans on it is unknown",
            false,
        ),
    ] {
        let written = RED_HAT.with(criteria);
        let (found, remarks) = written.told();
        assert_eq!(
            (found.join(""), remarks),
            (entries.to_string(), vec![format!("line 5: RHSA-2022:4765: {reason}")])
        );
        assert_eq!(written.read().unwrap().feed.remarks[0].unread, damaged);
    }
}

#[test]
fn bounds_of_one_package_make_one_range() {
    let states = "<s id=\"s1\"><evr operation=\"less than\">1.20.7-1.cm2</evr></s><s id=\"s2\"><evr operation=\"greater than\">0:1.19.0.cm2</evr></s>\
                  <s id=\"s3\"><evr operation=\"less than or equal\">0:9-1.cm2</evr></s><s id=\"s4\"><evr operation=\"less than\">0:0</evr></s>\
                  <s id=\"s5\"><evr operation=\"equals\">3-1.cm2</evr></s><s id=\"s6\"><evr operation=\"sideways\">3-1.cm2</evr></s><s id=\"s7\"><evr operation=\"less than\">0: 4-1.cm2</evr></s><s id=\"s8\"><evr operation=\"less than\">1-1,2-1.cm2</evr></s>";
    let tests: String = (1..=8)
        .map(|n| format!("<rpminfo_test id=\"t{n}\"><object object_ref=\"o1\"/><state state_ref=\"s{n}\"/></rpminfo_test>"))
        .collect();
    let mariner = Written {
        id: "oval:com.microsoft.cbl-mariner:def:1",
        class: "vulnerability",
        tests: &tests,
        states,
        ..RED_HAT
    };
    for (criteria, entry) in [
        (
            "<criteria><criterion test_ref=\"t1\"/><criterion test_ref=\"t2\"/></criteria>",
            "Azure Linux:2 firefox from 1.19.0.cm2 fixed 1.20.7-1.cm2",
        ),
        ("<criteria><criterion test_ref=\"t3\"/></criteria>", "Azure Linux:2 firefox from 0 last 9-1.cm2"),
        ("<criteria><criterion test_ref=\"t7\"/></criteria>", "Azure Linux:2 firefox from 0 fixed 4-1.cm2"),
        (
            "<criteria><criterion test_ref=\"t1\"/><criterion test_ref=\"t8\"/></criteria>",
            "Azure Linux:2 firefox Undetermined (the definition also asks for a version as 1-1,2-1.cm2, which is none)",
        ),
        (
            "<criteria><criterion test_ref=\"t3\" negate=\"true\"/></criteria>",
            "Azure Linux:2 firefox from 9-1.cm2",
        ),
        ("<criteria><criterion test_ref=\"t5\"/></criteria>", "Azure Linux:2 firefox only 3-1.cm2"),
        (
            "<criteria><criterion test_ref=\"t1\"/><criterion test_ref=\"t5\"/></criteria>",
            "Azure Linux:2 firefox Undetermined (the definition asks for several versions at once)",
        ),
        (
            "<criteria><criterion test_ref=\"t1\"/><criterion test_ref=\"t6\"/></criteria>",
            "Azure Linux:2 firefox Undetermined (the definition also asks for a version by sideways)",
        ),
    ] {
        assert_eq!(mariner.with(criteria).told().0, [entry]);
    }
    let debian = Written {
        id: "oval:org.debian:def:1",
        metadata: "<title>CVE-2016-1 x</title><affected><platform>Debian GNU/Linux 11</platform></affected>",
        ..mariner
    };
    assert_eq!(
        debian.with("<criteria><criterion test_ref=\"t4\"/></criteria>").told().0,
        ["Debian:11 firefox NotAffected"]
    );
}

#[test]
fn ubuntu_lists_binary_packages_and_says_what_it_means_to_do() {
    let tests = "<i:textfilecontent54_test id=\"t1\" check=\"at least one\"><i:object object_ref=\"o1\"/><i:state state_ref=\"s1\"/></i:textfilecontent54_test>\
                 <dpkginfo_test id=\"t2\" check=\"at least one\"><object object_ref=\"o2\"/></dpkginfo_test>";
    let objects = "<i:textfilecontent54_object id=\"o1\"><i:path>.</i:path><i:filename>manifest</i:filename><i:pattern var_ref=\"v1\"/></i:textfilecontent54_object>\
                   <dpkginfo_object id=\"o2\"><name var_ref=\"v2\" var_check=\"at least one\"/></dpkginfo_object>";
    let states = "<i:textfilecontent54_state id=\"s1\"><i:subexpression operation=\"less than\">0:1-2~esm1</i:subexpression></i:textfilecontent54_state>";
    let variables = "<constant_variable id=\"v1\"><value>^libssh-4(?::\\w+|)\\s+(.*)$</value></constant_variable>\
                     <constant_variable id=\"v2\"><value>tor</value><value>tor-geoipdb</value></constant_variable>";
    let metadata = "<title>CVE-2016-1 on Ubuntu</title><affected><platform>Ubuntu 18.04 LTS</platform></affected><reference ref_id=\"CVE-2016-1\"/>";
    let ubuntu = Written {
        id: "oval:com.ubuntu.bionic:def:1",
        class: "vulnerability",
        metadata,
        tests,
        objects,
        states,
        variables,
        ..RED_HAT
    };
    let both = ubuntu.with(
        "<criteria><extend_definition definition_ref=\"d\" applicability_check=\"true\"/><criteria operator=\"OR\">\
         <criterion test_ref=\"t1\" comment=\"libssh package in bionic was vulnerable but has been fixed\"/>\
         <criterion test_ref=\"t2\" comment=\"tor package in bionic is affected, but a decision has been made to defer addressing it\"/></criteria></criteria>",
    );
    let deferred = "NoFix(Postponed) (tor package in bionic is affected, but a decision has been made to defer addressing it)";
    assert_eq!(
        both.told(),
        (
            vec![
                format!("Ubuntu:18.04 tor {deferred}"),
                format!("Ubuntu:18.04 tor-geoipdb {deferred}"),
                "Ubuntu:Pro:18.04 libssh-4 from 0 fixed 1-2~esm1".to_string()
            ],
            vec![]
        )
    );
    let of_package = ubuntu.with("<criteria><criterion test_ref=\"t1\" comment=\"(CVE-2020-2) libssh package in bionic is affected\"/></criteria>");
    let ids: Vec<String> = of_package.read().unwrap().feed.records.into_iter().map(|of| of.id).collect();
    assert_eq!(ids, ["CVE-2020-2"], "the definition of a package is no record of its own");
}

#[test]
fn what_is_withdrawn_repeated_or_of_nobody_is_told() {
    let deprecated = RED_HAT.text().replace("class=\"patch\"", "class=\"patch\" deprecated=\"true\"");
    let record = read(deprecated.as_bytes(), None, &Provenance::default()).unwrap().feed.records.remove(0);
    assert_eq!((record.withdrawn.as_deref(), record.affected.len()), (Some("2022-05-28"), 0));
    let objects = format!("{}<rpminfo_object id=\"o1\"><name>crow</name></rpminfo_object>", RED_HAT.objects);
    let (entries, remarks) = Written { objects: &objects, ..RED_HAT }.told();
    assert_eq!(entries, Vec::<String>::new());
    assert_eq!(
        remarks,
        [
            "line 8: o1: the id was there before, and stands for something else; whatever leans on it is unknown",
            "line 5: RHSA-2022:4765: it asks for the object o1, which stands for two things; what leans on it is unknown",
        ]
    );
    let stranger = Written { id: "oval:com.example:def:1", ..RED_HAT };
    assert_eq!(
        stranger.read().unwrap_err().to_string(),
        "OVAL, line 5: oval:com.example:def:1: whose packages it means is not known here: say it by `ecosystem`"
    );
    let given = Ecosystem::parse("openSUSE:Leap 15.5");
    let told = read(stranger.text().as_bytes(), Some(&given), &Provenance::default()).unwrap().feed;
    assert_eq!(
        shown(&told.records[0].affected[0]),
        "openSUSE:Leap 15.5 firefox from 0 fixed 91.9.1-1.el9_0 aarch64|x86_64"
    );
}

#[test]
fn what_is_no_document_of_definitions_is_refused() {
    let refused = |text: &str| read(text.as_bytes(), None, &Provenance::default()).unwrap_err().to_string();
    assert_eq!(refused("<html/>"), "OVAL, line 1: it begins with <html>, where <oval_definitions> is needed");
    assert_eq!(
        refused("<oval_definitions/>"),
        "OVAL: there is no definition of a patch or a vulnerability in it"
    );
    assert!(
        refused("<!DOCTYPE x [<!ENTITY a \"b\">]><oval_definitions/>")
            .contains("a document type is not allowed")
    );
    let deep = format!("<oval_definitions><definitions><definition>{}", "<criteria>".repeat(99));
    assert_eq!(refused(&deep), "OVAL, line 1: elements are nested deeper than 64");
    let wide = format!("<oval_definitions><definitions><definition>{}", "<x/>".repeat(500_001));
    assert_eq!(refused(&wide), "OVAL, line 1: <definition> has more than 500000 elements in it");
}

#[test]
fn a_tree_of_too_many_ways_is_told_and_the_rest_is_read() {
    let or = |n: usize| {
        let leaves: String = (0..n).map(|leaf| format!("<criterion test_ref=\"{leaf}\"/>")).collect();
        format!("<criteria operator=\"OR\">{leaves}</criteria>")
    };
    let criteria = format!("<criteria>{}{}</criteria>", or(600), or(600));
    let text = Written { criteria: &criteria, ..RED_HAT }.text();
    let fault = read(text.as_bytes(), None, &Provenance::default()).unwrap_err().to_string();
    assert_eq!(
        fault,
        "OVAL, line 5: oval:com.redhat.rhsa:def:1: its criteria have more ways than are looked at"
    );
}

proptest! {
    #[test]
    fn cut_anywhere_it_is_refused(cut in 0_usize..4000) {
        let text = RED_HAT.text();
        prop_assume!(cut < text.len());
        prop_assert!(read(&text.as_bytes()[..cut], None, &Provenance::default()).is_err());
    }
}
