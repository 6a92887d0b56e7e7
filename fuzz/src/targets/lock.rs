//! A lock file: what can be read is written and read again as the same, and whatever is wrong is shown in its place.

use patchform::config::lock::Lock;
use patchform::config::source::Sources;
use patchform::report::diagnostic::{Look, draw_all};

pub fn run(data: &[u8]) {
    let mut sources = Sources::new();
    let Ok(file) = sources.add("patchform.lock.hcl", data) else { return };
    match Lock::read(&sources, file) {
        Ok(lock) => {
            let written = lock.write();
            let mut again = Sources::new();
            let file = again.add_text("patchform.lock.hcl", &written);
            let read = Lock::read(&again, file);
            assert_eq!(read.ok().as_ref(), Some(&lock), "written and read it is another:\n{written}");
        }
        Err(problems) => {
            assert!(problems.has_errors());
            let drawn = draw_all(&problems, &sources, Look { colour: false, width: 80 });
            assert!(drawn.contains("patchform.lock.hcl"), "without a place:\n{drawn}");
        }
    }
}
