//! patchform: patches of whole platforms, declared, reviewed, applied in order, and undone by themselves when they
//! fail. `ARCHITECTURE.md` draws the floors; a folder uses only the folders above it in this list.

pub mod model;

pub mod config;

pub mod graph;

pub mod state;

pub mod plan;

pub mod policy;

pub mod run;

pub mod report;

pub mod world;

pub mod target;

pub mod provider;

pub mod backend;

pub mod journal;

pub mod catalog;

pub mod feed;

pub mod engine;

pub mod ops;

pub mod cli;
