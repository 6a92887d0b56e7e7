//! Digests of texts: `md5`, `sha1`, `sha256`, `sha512`, `uuidv5`. Those of files are made here too.

use super::Takes::Text;
use super::base64;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::{Value, quoted};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write as _;
use uuid::{Builder, Uuid};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("md5", &[param("text", Text)], |a| Ok(of_text::<Md5>(a, hex)))
        .told(
            "the MD5 of the text, in hexadecimal digits; it protects from nothing",
            "md5(\"patchform\")",
            "\"589921dd4af4e54f14d6c7bd9ded56a6\"",
        )
        .gives("string", &["any text"]),
    plain("sha1", &[param("text", Text)], |a| Ok(of_text::<Sha1>(a, hex)))
        .told(
            "the SHA-1 of the text, in hexadecimal digits; it protects from nothing",
            "sha1(\"patchform\")",
            "\"575624fd8c10d33a2771ce50a22d6e234eb5e9a3\"",
        )
        .gives("string", &["any text"]),
    plain("sha256", &[param("text", Text)], |a| Ok(of_text::<Sha256>(a, hex)))
        .told(
            "the SHA-256 of the text, in hexadecimal digits",
            "sha256(\"patchform\")",
            "\"c91332e3ecc11e26ba46a904c7656cbe81b80f8721b6d0ba9a99cf3714ddb6ee\"",
        )
        .gives("string", &["any text"]),
    plain("sha512", &[param("text", Text)], |a| Ok(of_text::<Sha512>(a, hex)))
        .told(
            "the SHA-512 of the text, in hexadecimal digits",
            "sha512(\"patchform\")",
            "\"6f76104efc119abda09860328500de269cdfd596dffbac48e600faf6a4ce9069483f4a43b9fc4\
62652ee21bfe8efb4121cfb736f0def21e9d748f00ff45173c2\"",
        )
        .gives("string", &["any text"]),
    plain("base64sha256", &[param("text", Text)], |a| Ok(of_text::<Sha256>(a, base64::encode)))
        .told(
            "the SHA-256 of the text, in base64",
            "base64sha256(\"patchform\")",
            "\"yRMy4+zBHia6RqkEx2VsvoG4D4chttC6mpnPNxTdtu4=\"",
        )
        .gives("string", &["any text"]),
    plain("base64sha512", &[param("text", Text)], |a| Ok(of_text::<Sha512>(a, base64::encode)))
        .told(
            "the SHA-512 of the text, in base64",
            "base64sha512(\"patchform\")",
            "\"b3YQTvwRmr2gmGAyhQDeJpzf1Zbf+6xI5gD69qTOkGlIP0pDufxGJlLuIb/o77QSHPtzbw3vIenXS\
PAP9FFzwg==\"",
        )
        .gives("string", &["any text"]),
    plain("uuidv5", &[param("namespace", Text), param("name", Text)], uuidv5)
        .told(
            "the UUID of a name, always the same; the namespace is `dns`, `url`, `oid`, \
`x500` or a UUID",
            "uuidv5(\"dns\", \"db.example\")",
            "\"58ef3ba0-9d81-5f6e-898b-f072820e3f8f\"",
        )
        .gives("string", &["a UUID, or `dns`, `url`, `oid` or `x500`", "the name within it"]),
];

/// How the bytes of a digest are written.
pub(super) type Written = fn(&[u8]) -> String;

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The digest of `bytes`.
pub(super) fn of<D: Digest>(bytes: &[u8], written: Written) -> Value {
    Value::string(written(&D::digest(bytes)))
}

fn of_text<D: Digest>(args: &[Value], written: Written) -> Value {
    of::<D>(text(args, 0).as_bytes(), written)
}

/// RFC 9562, section 5.5: made from the SHA-1 of a namespace and a name.
fn uuidv5(args: &[Value]) -> Done {
    let namespace = match text(args, 0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::try_parse(other).map_err(|_| {
            Fault::at(0, format!("{} is no namespace; use dns, url, oid, x500 or a UUID", quoted(other)))
        })?,
    };
    let digest = Sha1::new().chain_update(namespace.as_bytes()).chain_update(text(args, 1)).finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    Ok(Value::string(Builder::from_sha1_bytes(first).into_uuid().hyphenated().to_string()))
}
