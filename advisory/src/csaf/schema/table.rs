//! The shapes of CSAF 2.0 and 2.1, as the schemas list them.

use super::form;
use super::shape::{Field, Object, Shape, Unique, may, may20, may20_must21, may21, must, must21, object};
use Shape::{AnyObject, AnyText, Bool, Cvss, Form, List, Text, Words, WordsBy};
use Unique::{Always, In21, Never};

static DATE_TIME: Shape = Form(&form::DATE_TIME);
static URI: Shape = Form(&form::URI);
static VERSION: Shape = Form(&form::VERSION);
static LANGUAGE: Shape = Form(&form::LANGUAGE);
static TEXTS: Shape = List(&Text, 1, Never);
static DISTINCT_TEXTS: Shape = List(&Text, 1, Always);
static URIS: Shape = List(&URI, 1, In21);

/// A whole document.
pub static CSAF: Shape = Shape::Object(&object(&[
    must21("$schema", &Words(&["https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"])),
    must("document", &DOCUMENT),
    may("product_tree", &PRODUCT_TREE),
    may("vulnerabilities", &List(&VULNERABILITY, 1, Never)),
    may21("x_extensions", &EXTENSIONS),
]));

static EXTENSIONS: Shape = List(
    &Shape::Object(&object(&[
        must("$schema", &URI),
        must("category", &Words(&["essential", "significant", "supplementary"])),
        must("content", &AnyObject),
        must("critical", &Bool),
    ])),
    1,
    Always,
);

static ACKNOWLEDGMENTS: Shape = List(
    &Shape::Object(&some(&[
        may("names", &TEXTS),
        may("organization", &Text),
        may("summary", &Text),
        may("urls", &List(&URI, 1, Never)),
    ])),
    1,
    Never,
);

static NOTES: Shape = List(
    &Shape::Object(&object(&[
        may("audience", &Text),
        must(
            "category",
            &Words(&["description", "details", "faq", "general", "legal_disclaimer", "other", "summary"]),
        ),
        may21("group_ids", &DISTINCT_TEXTS),
        may21("product_ids", &DISTINCT_TEXTS),
        must("text", &Text),
        may("title", &Text),
    ])),
    1,
    Never,
);

static REFERENCES: Shape = List(
    &Shape::Object(&object(&[
        may("category", &Words(&["external", "self"])),
        must("summary", &Text),
        must("url", &URI),
    ])),
    1,
    Never,
);

static DOCUMENT: Shape = Shape::Object(&object(&[
    may("acknowledgments", &ACKNOWLEDGMENTS),
    may("aggregate_severity", &Shape::Object(&object(&[may("namespace", &URI), must("text", &Text)]))),
    must("category", &Form(&form::CATEGORY)),
    must("csaf_version", &WordsBy(&["2.0"], &["2.1"])),
    may20_must21("distribution", &DISTRIBUTION),
    may("lang", &LANGUAGE),
    may21("license_expression", &Text),
    may("notes", &NOTES),
    must("publisher", &PUBLISHER),
    may("references", &REFERENCES),
    may("source_lang", &LANGUAGE),
    must("title", &Text),
    must("tracking", &TRACKING),
    may21("x_extensions", &EXTENSIONS),
]));

static DISTRIBUTION: Shape = Shape::Object(&some(&[
    may21("sharing_group", &Shape::Object(&object(&[must("id", &Form(&form::UUID)), may("name", &Text)]))),
    may("text", &Text),
    may20_must21(
        "tlp",
        &Shape::Object(&object(&[
            must(
                "label",
                &WordsBy(
                    &["AMBER", "GREEN", "RED", "WHITE"],
                    &["AMBER", "AMBER+STRICT", "CLEAR", "GREEN", "RED"],
                ),
            ),
            may("url", &URI),
        ])),
    ),
]));

static PUBLISHER: Shape = Shape::Object(&object(&[
    must(
        "category",
        &WordsBy(
            &["coordinator", "discoverer", "other", "translator", "user", "vendor"],
            &["coordinator", "discoverer", "multiplier", "other", "translator", "user", "vendor"],
        ),
    ),
    may("contact_details", &Text),
    may("issuing_authority", &Text),
    must("name", &Text),
    must("namespace", &URI),
]));

static TRACKING: Shape = Shape::Object(&object(&[
    may("aliases", &DISTINCT_TEXTS),
    must("current_release_date", &DATE_TIME),
    may("generator", &GENERATOR),
    must("id", &Form(&form::TRACKING_ID)),
    must("initial_release_date", &DATE_TIME),
    must("revision_history", &List(&REVISION, 1, Never)),
    must("status", &Words(&["draft", "final", "interim"])),
    must("version", &VERSION),
]));

static GENERATOR: Shape = Shape::Object(&object(&[
    may("date", &DATE_TIME),
    must("engine", &Shape::Object(&object(&[must("name", &Text), may("version", &Text)]))),
]));

static REVISION: Shape = Shape::Object(&object(&[
    must("date", &DATE_TIME),
    may("legacy_version", &Text),
    must("number", &VERSION),
    must("summary", &Text),
]));

static PRODUCT_TREE: Shape = Shape::Object(&some(&[
    may("branches", &BRANCHES),
    may("full_product_names", &List(&PRODUCT, 1, Never)),
    may("product_groups", &List(&GROUP, 1, Never)),
    may20("relationships", &List(&RELATIONSHIP, 1, Never)),
    may21("product_paths", &List(&PATH, 1, Never)),
]));

static BRANCHES: Shape = List(
    &Shape::Object(&Object {
        fields: &[
            may("branches", &BRANCHES),
            must(
                "category",
                &WordsBy(
                    &[
                        "architecture",
                        "host_name",
                        "language",
                        "legacy",
                        "patch_level",
                        "product_family",
                        "product_name",
                        "product_version",
                        "product_version_range",
                        "service_pack",
                        "specification",
                        "vendor",
                    ],
                    &[
                        "architecture",
                        "host_name",
                        "language",
                        "patch_level",
                        "platform",
                        "product_family",
                        "product_name",
                        "product_version",
                        "product_version_range",
                        "service_pack",
                        "specification",
                        "vendor",
                    ],
                ),
            ),
            must("name", &Text),
            may("product", &PRODUCT),
        ],
        least: 3,
        most: 3,
    }),
    1,
    Never,
);

static PRODUCT: Shape = Shape::Object(&object(&[
    must("name", &Text),
    must("product_id", &Text),
    may("product_identification_helper", &HELPER),
    may21("x_extensions", &EXTENSIONS),
]));

static HELPER: Shape = Shape::Object(&some(&[
    may("cpe", &Form(&form::CPE)),
    may("hashes", &List(&HASHES, 1, In21)),
    may("model_numbers", &DISTINCT_TEXTS),
    may20("purl", &Form(&form::PURL)),
    may21("purls", &List(&Form(&form::PURL), 1, Always)),
    may("sbom_urls", &URIS),
    may("serial_numbers", &DISTINCT_TEXTS),
    may("skus", &List(&Text, 1, In21)),
    may(
        "x_generic_uris",
        &List(&Shape::Object(&object(&[must("namespace", &URI), must("uri", &URI)])), 1, In21),
    ),
]));

static HASHES: Shape = Shape::Object(&object(&[
    must(
        "file_hashes",
        &List(
            &Shape::Object(&object(&[
                must("algorithm", &Form(&form::ALGORITHM)),
                must("value", &Form(&form::DIGEST)),
            ])),
            1,
            In21,
        ),
    ),
    must("filename", &Text),
]));

static GROUP: Shape = Shape::Object(&object(&[
    must("group_id", &Text),
    must("product_ids", &List(&Text, 2, Always)),
    may("summary", &Text),
]));

static RELATION: Shape = Words(&[
    "default_component_of",
    "external_component_of",
    "installed_on",
    "installed_with",
    "optional_component_of",
]);

static RELATIONSHIP: Shape = Shape::Object(&object(&[
    must("category", &RELATION),
    must("full_product_name", &PRODUCT),
    must("product_reference", &Text),
    must("relates_to_product_reference", &Text),
]));

static PATH: Shape = Shape::Object(&object(&[
    must("beginning_product_reference", &Text),
    must("full_product_name", &PRODUCT),
    must(
        "subpaths",
        &List(
            &Shape::Object(&object(&[must("category", &RELATION), must("next_product_reference", &Text)])),
            1,
            Never,
        ),
    ),
]));

static VULNERABILITY: Shape = Shape::Object(&some(&[
    may("acknowledgments", &ACKNOWLEDGMENTS),
    may("cve", &Form(&form::CVE)),
    may20("cwe", &CWE),
    may21("cwes", &List(&CWE, 1, Always)),
    may21("disclosure_date", &DATE_TIME),
    may("discovery_date", &DATE_TIME),
    may21("first_known_exploitation_dates", &List(&EXPLOITATION, 1, Always)),
    may("flags", &List(&FLAG, 1, Always)),
    may("ids", &List(&ID, 1, Always)),
    may("involvements", &List(&INVOLVEMENT, 1, Always)),
    may21("metrics", &List(&METRIC, 1, Always)),
    may("notes", &NOTES),
    may("product_status", &STATUS),
    may("references", &REFERENCES),
    may20("release_date", &DATE_TIME),
    may("remediations", &List(&REMEDIATION, 1, Never)),
    may20("scores", &List(&SCORE, 1, Never)),
    may("threats", &List(&THREAT, 1, Never)),
    may("title", &Text),
    may21("x_extensions", &EXTENSIONS),
]));

static CWE: Shape = Shape::Object(&object(&[
    must("id", &Form(&form::CWE)),
    must("name", &Text),
    must21("version", &Form(&form::CWE_VERSION)),
]));

static EXPLOITATION: Shape = Shape::Object(&Object {
    fields: &[
        must("date", &DATE_TIME),
        must("exploitation_date", &DATE_TIME),
        may("group_ids", &DISTINCT_TEXTS),
        may("product_ids", &DISTINCT_TEXTS),
    ],
    least: 3,
    most: usize::MAX,
});

static FLAG: Shape = Shape::Object(&object(&[
    may("date", &DATE_TIME),
    may("group_ids", &DISTINCT_TEXTS),
    must(
        "label",
        &Words(&[
            "component_not_present",
            "inline_mitigations_already_exist",
            "vulnerable_code_cannot_be_controlled_by_adversary",
            "vulnerable_code_not_in_execute_path",
            "vulnerable_code_not_present",
        ]),
    ),
    may("product_ids", &DISTINCT_TEXTS),
]));

static ID: Shape = Shape::Object(&object(&[
    may21("group_ids", &DISTINCT_TEXTS),
    may21("product_ids", &DISTINCT_TEXTS),
    must("system_name", &Text),
    must("text", &Text),
]));

static INVOLVEMENT: Shape = Shape::Object(&object(&[
    may21("contact", &Text),
    may("date", &DATE_TIME),
    may21("group_ids", &DISTINCT_TEXTS),
    must("party", &Words(&["coordinator", "discoverer", "other", "user", "vendor"])),
    may21("product_ids", &DISTINCT_TEXTS),
    must(
        "status",
        &Words(&["completed", "contact_attempted", "disputed", "in_progress", "not_contacted", "open"]),
    ),
    may("summary", &Text),
]));

static METRIC: Shape = Shape::Object(&object(&[
    must("content", &CONTENT),
    must("products", &DISTINCT_TEXTS),
    may("source", &URI),
]));

static CONTENT: Shape = Shape::Object(&some(&[
    may("cvss_v2", &Cvss),
    may("cvss_v3", &Cvss),
    may("cvss_v4", &Cvss),
    may(
        "epss",
        &Shape::Object(&object(&[
            must("percentile", &Form(&form::SHARE)),
            must("probability", &Form(&form::SHARE)),
            must("timestamp", &DATE_TIME),
        ])),
    ),
    may("qualitative_severity_rating", &Words(&["critical", "high", "low", "medium", "none"])),
    may("ssvc_v2", &SSVC),
    may("x_extensions", &EXTENSIONS),
]));

/// CERT/CC, `SelectionList_2_0_0.schema.json`.
pub static SSVC: Shape = Shape::Object(&object(&[
    must("timestamp", &DATE_TIME),
    must("schemaVersion", &Words(&["2.0.0"])),
    may("target_ids", &List(&AnyText, 1, Always)),
    must("selections", &List(&SELECTION, 1, Never)),
    may("decision_point_resources", &List(&RESOURCE, 1, Never)),
    may("references", &List(&RESOURCE, 1, Never)),
]));

static SELECTION: Shape = Shape::Object(&object(&[
    must("namespace", &Form(&form::SSVC_NAMESPACE)),
    must("key", &Form(&form::SSVC_KEY)),
    must("version", &Form(&form::SEMANTIC)),
    may("name", &Text),
    may("definition", &Text),
    must("values", &List(&VALUE, 1, Never)),
]));

static VALUE: Shape = Shape::Object(&object(&[
    may("name", &Text),
    may("definition", &Text),
    must("key", &Form(&form::SSVC_KEY)),
]));

static RESOURCE: Shape = Shape::Object(&object(&[must("uri", &URI), must("summary", &AnyText)]));

static STATUS: Shape = Shape::Object(&some(&[
    may("first_affected", &DISTINCT_TEXTS),
    may("first_fixed", &DISTINCT_TEXTS),
    may("fixed", &DISTINCT_TEXTS),
    may("known_affected", &DISTINCT_TEXTS),
    may("known_not_affected", &DISTINCT_TEXTS),
    may("last_affected", &DISTINCT_TEXTS),
    may("recommended", &DISTINCT_TEXTS),
    may("under_investigation", &DISTINCT_TEXTS),
    may21("unknown", &DISTINCT_TEXTS),
]));

static REMEDIATION: Shape = Shape::Object(&object(&[
    must(
        "category",
        &WordsBy(
            &["mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"],
            &[
                "fix_planned",
                "mitigation",
                "no_fix_planned",
                "none_available",
                "optional_patch",
                "vendor_fix",
                "workaround",
            ],
        ),
    ),
    may("date", &DATE_TIME),
    must("details", &Text),
    may("entitlements", &TEXTS),
    may("group_ids", &DISTINCT_TEXTS),
    may("product_ids", &DISTINCT_TEXTS),
    may("restart_required", &RESTART),
    may("url", &URI),
]));

static RESTART: Shape = Shape::Object(&object(&[
    must(
        "category",
        &Words(&[
            "connected",
            "dependencies",
            "machine",
            "none",
            "parent",
            "service",
            "system",
            "vulnerable_component",
            "zone",
        ]),
    ),
    may("details", &Text),
]));

static SCORE: Shape = Shape::Object(&Object {
    fields: &[may("cvss_v2", &Cvss), may("cvss_v3", &Cvss), must("products", &DISTINCT_TEXTS)],
    least: 2,
    most: usize::MAX,
});

static THREAT: Shape = Shape::Object(&object(&[
    must("category", &Words(&["exploit_status", "impact", "target_set"])),
    may("date", &DATE_TIME),
    must("details", &Text),
    may("group_ids", &DISTINCT_TEXTS),
    may("product_ids", &DISTINCT_TEXTS),
]));

/// An object with at least one member.
const fn some(fields: &'static [Field]) -> Object {
    Object { fields, least: 1, most: usize::MAX }
}
