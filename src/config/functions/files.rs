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
    reading("file", PATH, |a, files, _| Ok(Value::string(read_text(a, files)?))),
    reading("fileexists", PATH, |a, files, _| fileexists(a, files)),
    reading("filebase64", PATH, |a, files, _| Ok(Value::string(base64::encode(&read(a, files)?)))),
    reading("filemd5", PATH, |a, files, _| digest::<Md5>(a, files, hex)),
    reading("filesha1", PATH, |a, files, _| digest::<Sha1>(a, files, hex)),
    reading("filesha256", PATH, |a, files, _| digest::<Sha256>(a, files, hex)),
    reading("filesha512", PATH, |a, files, _| digest::<Sha512>(a, files, hex)),
    reading("filebase64sha256", PATH, |a, files, _| digest::<Sha256>(a, files, base64::encode)),
    reading("filebase64sha512", PATH, |a, files, _| digest::<Sha512>(a, files, base64::encode)),
    reading("abspath", PATH, |a, files, _| Ok(Value::string(clean(&files.absolute(text(a, 0)))))),
    reading("pathexpand", PATH, |a, files, _| Ok(Value::string(located(a, files)?))),
];

type Reading = fn(&[Value], &dyn Files, &Scope<'_>) -> Done;

pub(super) const fn reading(name: &'static str, params: &'static [Param], work: Reading) -> Function {
    Function { name, params, rest: None, rule: Rule::Whole, work: Work::Files(work) }
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
