//! Disks that are full, refuse, forget, are read-only or lose a folder: at every write in turn, and for real on small
//! file systems. Nothing is lost, the exit code is right, and when the disk works again the run ends as it should.
//!
//! `PATCHFORM_SWEEP=1` tries every point, every size and every operation; without it a part of them is tried.

#[path = "../lab/mod.rs"]
mod lab;

mod folders;
mod mount;
mod platform;
mod power;
mod small;
mod sweep;
