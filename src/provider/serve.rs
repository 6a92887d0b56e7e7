//! Serves a bundled provider on stdin and stdout: what `patchform provider serve NAME` does.

use crate::provider::locate::BUNDLED;
use std::io;

/// Serves the bundled provider `name` until `shutdown` or the end of stdin.
///
/// # Errors
/// When there is no bundled provider of that name, or stdin cannot be read.
pub fn serve(name: &str) -> io::Result<()> {
    match BUNDLED.iter().find(|row| row.name == name) {
        Some(row) => (row.serve)(),
        None => {
            let names: Vec<&str> = BUNDLED.iter().map(|row| row.name).collect();
            let why = format!("there is no bundled provider `{name}`; there are: {}", names.join(", "));
            Err(io::Error::new(io::ErrorKind::NotFound, why))
        }
    }
}
