//! Files around the configuration: `file`, `fileexists`, `filesha256`, `abspath`, …. They are read through the scope,
//! never from the disk.

use super::Takes::Text;
use super::base64;
use super::digests::{self, hex};
use super::paths::clean;
use super::text::text;
use super::{Done, Fault, Function, Param, Rule, Work, param};
use crate::config::scope::{Files, Scope};
use crate::config::value::{Value, quoted};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

const PATH: &[Param] = &[param("path", Text)];

pub(super) const FUNCTIONS: &[Function] = &[
    reading("file", PATH, |a, files, _| Ok(Value::string(read_text(a, files)?)))
        .told("the text of a file", "file(\"plain.txt\")", "<<EOT\nplain text\n\nEOT")
        .gives("string", &["a file of text in UTF-8"]),
    reading("fileexists", PATH, |a, files, _| fileexists(a, files))
        .told(
            "whether there is a file at the path; an error when it is a folder",
            "fileexists(\"plain.txt\")",
            "true",
        )
        .gives("bool", &["a file"]),
    reading("filebase64", PATH, |a, files, _| Ok(Value::string(base64::encode(&read(a, files)?))))
        .told("the content of a file, in base64", "filebase64(\"plain.txt\")", "\"cGxhaW4gdGV4dAo=\"")
        .gives("string", &["a file"]),
    reading("filemd5", PATH, |a, files, _| digest::<Md5>(a, files, hex))
        .told(
            "the MD5 of a file, in hexadecimal digits; it protects from nothing",
            "filemd5(\"plain.txt\")",
            "\"cae78661f93d71cb9c8063d20eb49614\"",
        )
        .gives("string", &["a file"]),
    reading("filesha1", PATH, |a, files, _| digest::<Sha1>(a, files, hex))
        .told(
            "the SHA-1 of a file, in hexadecimal digits; it protects from nothing",
            "filesha1(\"plain.txt\")",
            "\"05fce045f52915714cdc306395b20dd0297fe119\"",
        )
        .gives("string", &["a file"]),
    reading("filesha256", PATH, |a, files, _| digest::<Sha256>(a, files, hex))
        .told(
            "the SHA-256 of a file, in hexadecimal digits",
            "filesha256(\"plain.txt\")",
            "\"c30a92f9ef889c07c781a7cf99f5b71415d4d1289e84473d1b9e6f01feffc62d\"",
        )
        .gives("string", &["a file"]),
    reading("filesha512", PATH, |a, files, _| digest::<Sha512>(a, files, hex))
        .told(
            "the SHA-512 of a file, in hexadecimal digits",
            "filesha512(\"plain.txt\")",
            "\"fc8297bfacb971d521d0ba23ffd506b6ff66db32451c0849b71ac631276cc008b6fba89e25bb7\
28ecdbb46729f6fd31f144d2a926f237f162fc8d2479f61d536\"",
        )
        .gives("string", &["a file"]),
    reading("filebase64sha256", PATH, |a, files, _| digest::<Sha256>(a, files, base64::encode))
        .told(
            "the SHA-256 of a file, in base64",
            "filebase64sha256(\"plain.txt\")",
            "\"wwqS+e+InAfHgafPmfW3FBXU0SiehEc9G55vAf7/xi0=\"",
        )
        .gives("string", &["a file"]),
    reading("filebase64sha512", PATH, |a, files, _| digest::<Sha512>(a, files, base64::encode))
        .told(
            "the SHA-512 of a file, in base64",
            "filebase64sha512(\"plain.txt\")",
            "\"/IKXv6y5cdUh0Loj/9UGtv9m2zJFHAhJtxrGMSdswAi2+6ieJbtyjs27RnKfb9MfFE0qkm8jfxYvy\
NJHn2HVNg==\"",
        )
        .gives("string", &["a file"]),
    reading("abspath", PATH, |a, files, _| Ok(Value::string(clean(&files.absolute(text(a, 0))))))
        .told(
            "the path from the root of the file system, without `.` and `..`",
            "abspath(\"/srv/web/../api\")",
            "\"/srv/api\"",
        )
        .gives("string", &["a path"]),
    reading("pathexpand", PATH, |a, files, _| Ok(Value::string(located(a, files)?)))
        .told(
            "the path with `~` at its beginning replaced by the home of whoever runs \
patchform",
            "pathexpand(\"/srv/~api\")",
            "\"/srv/~api\"",
        )
        .gives("string", &["a path"]),
];

type Reading = fn(&[Value], &dyn Files, &Scope<'_>) -> Done;

pub(super) const fn reading(name: &'static str, params: &'static [Param], work: Reading) -> Function {
    Function::new(name, params, Rule::Whole, Work::Files(work))
}

/// The path in the first argument; `~` at its beginning is the home of whoever runs this.
pub(super) fn located(args: &[Value], files: &dyn Files) -> Result<String, Fault> {
    let path = text(args, 0);
    let Some(behind) = path.strip_prefix('~') else { return Ok(path.to_string()) };
    if !behind.is_empty() && !behind.starts_with('/') {
        return Err(Fault::at(0, "the home of somebody else cannot be told; write the path out"));
    }
    let home = files.home().ok_or_else(|| Fault::at(0, "there is no home here for ~; write the path out"))?;
    Ok(clean(&format!("{home}{behind}")))
}

fn fileexists(args: &[Value], files: &dyn Files) -> Done {
    let path = located(args, files)?;
    files
        .exists(&path)
        .map(Value::bool)
        .map_err(|problem| Fault::at(0, format!("{}: {problem}", quoted(&path))))
}

fn read(args: &[Value], files: &dyn Files) -> Result<Vec<u8>, Fault> {
    let path = located(args, files)?;
    files.read(&path).map_err(|problem| Fault::at(0, format!("{}: {problem}", quoted(&path))))
}

pub(super) fn read_text(args: &[Value], files: &dyn Files) -> Result<String, Fault> {
    String::from_utf8(read(args, files)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let path = quoted(text(args, 0));
        Fault::at(0, format!("{path} is no UTF-8 text (byte {at}); read binary files with filebase64()"))
    })
}

fn digest<D: Digest>(args: &[Value], files: &dyn Files, written: digests::Written) -> Done {
    Ok(digests::of::<D>(&read(args, files)?, written))
}
