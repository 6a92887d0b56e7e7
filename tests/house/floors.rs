//! Rule: a folder of src/ uses only folders above it in the list of src/lib.rs.

use crate::paths;
use crate::source::{Complaint, Source};

/// The folders from the top floor down, as src/lib.rs lists them.
pub fn from_lib(sources: &[Source]) -> Vec<String> {
    let lib = sources.iter().find(|source| source.file == "src/lib.rs");
    let lines = lib.map(|lib| lib.code.lines()).into_iter().flatten();
    lines
        .filter_map(|line| Some(line.trim().strip_prefix("pub mod ")?.strip_suffix(';')?.to_string()))
        .collect()
}

pub fn check(sources: &[Source], floors: &[String]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in sources {
        let Some(folder) = source.folder() else { continue };
        let Some(floor) = floors.iter().position(|name| name == folder) else {
            let instead =
                "give it a line in src/lib.rs, between what it uses (above) and what uses it (below)";
            complaints.push(source.complaint(1, format!("the folder src/{folder} is on no floor"), instead));
            continue;
        };
        for (line, used) in used(source) {
            let below = floors.iter().position(|name| *name == used).is_some_and(|other| other > floor);
            if below {
                let what = format!("src/{folder} uses src/{used}, which stands below it in src/lib.rs");
                let instead = format!(
                    "move what both need up into {folder} or above, or let the caller hand it in (a value, a closure)"
                );
                complaints.push(source.complaint(line, what, instead));
            }
        }
    }
    complaints
}

/// The folders that a file names, by `crate::` or by climbing to the root with `super::`.
fn used(source: &Source) -> Vec<(usize, String)> {
    let direct = paths::starting_with(&source.code, "crate").into_iter().map(|found| (1, found));
    let depth = depth(&source.file);
    let climbed = paths::starting_with(&source.code, "super").into_iter().map(|found| {
        let supers = found.segments.iter().take_while(|segment| *segment == "super").count();
        (if supers >= depth { supers } else { usize::MAX }, found)
    });
    direct
        .chain(climbed)
        .filter_map(|(skip, found)| Some((found.line, found.segments.get(skip)?.clone())))
        .collect()
}

/// How many `super` lead from a file to the root of the crate.
fn depth(file: &str) -> usize {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').filter(|part| *part != "mod").count()
}

#[test]
fn imports_from_below_are_found() {
    let sources = [
        Source::new("src/lib.rs", "pub mod model;\npub mod plan;\npub mod world;\n"),
        Source::new("src/model/a.rs", "use crate::model::B;\nuse crate::{model, plan::C};\n"),
        Source::new("src/plan/mod.rs", "use super::world;\nuse super::model;\nuse crate::model::M;"),
        Source::new(
            "src/plan/a/b.rs",
            "fn f() { super::super::super::world::now() }\nuse super::super::world::x;",
        ),
        Source::new("src/world/a.rs", "use crate::plan; // fine\n"),
        Source::new("src/cellar/a.rs", "//! nowhere"),
    ];
    let floors = from_lib(&sources);
    assert_eq!(floors, ["model", "plan", "world"]);
    let found: Vec<(String, usize)> =
        check(&sources, &floors).into_iter().map(|complaint| (complaint.file, complaint.line)).collect();
    let wanted =
        [("src/model/a.rs", 2), ("src/plan/mod.rs", 1), ("src/plan/a/b.rs", 1), ("src/cellar/a.rs", 1)];
    assert_eq!(found, wanted.map(|(file, line)| (file.to_string(), line)));
}
