//! The command line.

/// What was asked for.
pub enum Asked {
    /// To decode files.
    Decode(Arguments),
    /// The version.
    Version,
}

/// How files are decoded.
#[derive(Default)]
pub struct Arguments {
    /// The specification's file.
    pub spec: String,
    /// The files to decode; the standard input when there is none.
    pub inputs: Vec<String>,
    /// Where the result goes; the standard output when there is none.
    pub out: Option<String>,
    /// Variables: JSON, or files.
    pub vars: Vec<String>,
    /// Whether diagnostics are told as JSON.
    pub json: bool,
    /// Whether the result has its type beside it.
    pub with_type: bool,
    /// Whether attributes that are null stay.
    pub keep_nulls: bool,
    /// Whether the references of the input are told instead.
    pub var_refs: bool,
}

/// Short options and what they stand for; each takes a value.
const SHORT: [(&str, &str); 3] = [("-s", "--spec"), ("-o", "--out"), ("-V", "--vars")];

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut read = Arguments::default();
        while let Some(word) = words.next() {
            if word == "--" {
                read.inputs.extend(words);
                break;
            }
            let (name, given) = option(&word);
            let mut value = || given.clone().or_else(|| words.next()).ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--spec" => read.spec = value()?,
                "--out" => read.out = Some(value()?),
                "--vars" => read.vars.push(value()?),
                "--diags" if value()? == "json" => read.json = true,
                "--diags" => return Err("the only format of diagnostics is json".to_string()),
                "--with-type" => read.with_type = truth(given)?,
                "--keep-nulls" => read.keep_nulls = truth(given)?,
                "--var-refs" => read.var_refs = truth(given)?,
                "--version" | "-v" => return Ok(Asked::Version),
                other if other.starts_with('-') => return Err(format!("there is no option {other}")),
                _ => read.inputs.push(word),
            }
        }
        Ok(Asked::Decode(read))
    }
}

/// An option's long name, and the value that is written in the same word: `--spec=F`, `-sF`, `-s=F`.
fn option(word: &str) -> (String, Option<String>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => (name.to_string(), Some(value.to_string())),
            None => (word.to_string(), None),
        };
    }
    match SHORT.iter().find(|(short, _)| word.starts_with(short)) {
        Some((short, long)) => {
            let value = word[short.len()..].trim_start_matches('=');
            (long.to_string(), Some(value.to_string()).filter(|value| !value.is_empty()))
        }
        None => (word.to_string(), None),
    }
}

fn truth(given: Option<String>) -> Result<bool, String> {
    match given.as_deref() {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(format!("{other} is neither true nor false")),
    }
}
