//! The `patchform` binary.

fn main() {}
