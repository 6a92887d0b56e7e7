//! What is fuzzed: one row per target. Each takes any bytes, and panics only when patchform breaks a promise.

mod bundle;
mod configuration;
mod csaf;
mod cve5;
mod cvss;
mod epss;
mod expression;
mod findings;
mod hearing;
mod installed;
mod journal;
mod kev;
mod lock;
mod message;
mod openvex;
mod osv;
mod oval;
mod plan;
mod pointing;
mod provider;
mod purl;
mod release;
mod serving;
mod ssvc;
mod state;
mod tracker;
mod updateinfo;
mod version;

/// One thing that reads bytes which others wrote.
pub struct Target {
    /// As `fuzz/run` and the folders of seeds call it.
    pub name: &'static str,
    /// Takes one input.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "bundle", run: bundle::run },
    Target { name: "configuration", run: configuration::run },
    Target { name: "csaf", run: csaf::run },
    Target { name: "cve5", run: cve5::run },
    Target { name: "cvss", run: cvss::run },
    Target { name: "epss", run: epss::run },
    Target { name: "expression", run: expression::run },
    Target { name: "findings", run: findings::run },
    Target { name: "hearing", run: hearing::run },
    Target { name: "installed", run: installed::run },
    Target { name: "journal", run: journal::run },
    Target { name: "kev", run: kev::run },
    Target { name: "lock", run: lock::run },
    Target { name: "message", run: message::run },
    Target { name: "openvex", run: openvex::run },
    Target { name: "osv", run: osv::run },
    Target { name: "oval", run: oval::run },
    Target { name: "plan", run: plan::run },
    Target { name: "provider", run: provider::run },
    Target { name: "purl", run: purl::run },
    Target { name: "release", run: release::run },
    Target { name: "serving", run: serving::run },
    Target { name: "ssvc", run: ssvc::run },
    Target { name: "state", run: state::run },
    Target { name: "tracker", run: tracker::run },
    Target { name: "updateinfo", run: updateinfo::run },
    Target { name: "version", run: version::run },
];
