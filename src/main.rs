//! The `patchform` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    patchform::cli::main(std::env::args_os()).into()
}
