//! The `patchform` binary.

use std::process::ExitCode;

/// A configuration of 100,000 components is tens of millions of small pieces; this allocator takes half the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    patchform::cli::main(std::env::args_os()).into()
}
