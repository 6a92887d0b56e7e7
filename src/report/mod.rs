//! What people and programs read: plans, runs and state as text and as JSON. Pure: the clock, the terminal's width and
//! the colours are handed in.

pub mod assessment;
pub mod audit;
pub mod collected;
mod contact_json;
pub mod diagnostic;
pub mod emergency;
pub mod error_json;
pub mod file_diff;
pub mod gauges;
pub mod given_up;
pub mod harmless;
pub mod hours;
pub mod imported;
pub mod left_undone;
pub mod let_go;
pub mod longer;
pub mod mark;
pub mod open_run;
pub mod order;
pub mod page;
pub mod pending;
pub mod plan_json;
pub mod plan_text;
pub mod proposed;
pub mod reach;
pub mod reason;
pub mod reference;
pub mod run_json;
#[cfg(test)]
mod run_samples;
pub mod run_standing;
pub mod run_story;
pub mod run_text;
pub mod run_view;
#[cfg(test)]
mod schema;
pub mod size;
pub mod state_json;
#[cfg(test)]
mod state_samples;
pub mod state_text;
mod steady;
pub mod style;
pub mod table;
pub mod timeline;
mod under_way;
mod waves;

pub use style::Style;
