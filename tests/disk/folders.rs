//! Parts of the working folder that are not what they should be: a file where a folder is needed, a folder for a file.

use crate::platform::{End, Platform};
use std::fs;

#[test]
fn what_is_in_the_way_is_named_and_nothing_begins() {
    for (path, is_folder) in [
        (".patchform/runs", false),
        (".patchform/actions", false),
        (".patchform/runs/token", true),
        ("patchform.state.json.lock", true),
        ("patchform.state.json.backup", true),
    ] {
        let platform = Platform::at_1_0();
        platform.declare("1.1", "");
        let full = platform.lab.path("work").join(path);
        let aside = platform.lab.path("aside");
        fs::rename(&full, &aside).unwrap_or_default();
        if is_folder { fs::create_dir(&full) } else { fs::write(&full, "in the way") }.unwrap();
        let ran = platform.run("apply --auto-approve");
        let name = path.rsplit('/').next().unwrap();
        if path.ends_with("backup") {
            // The state is a checkpoint: the journal has everything, and the next command writes it down.
            let ran = ran.exits(0).says("the state could not be written").says(name);
            fs::remove_dir(&full).unwrap();
            platform.recovers(End::Resume, &format!("{ran:?}"));
            continue;
        }
        let ran = ran.exits(1).says(name);
        platform.stands_at("1.0", path);
        if is_folder { fs::remove_dir(&full) } else { fs::remove_file(&full) }.unwrap();
        fs::rename(&aside, &full).unwrap_or_default();
        platform.recovers(End::Resume, &format!("{ran:?}"));
    }
}
