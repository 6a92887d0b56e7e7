//! Remembered findings: what can be read is written and read again as the same.

use patchform::finding::{read, write};

pub fn run(data: &[u8]) {
    match read(data) {
        Ok(findings) => {
            let bytes = write(&findings);
            assert_eq!(read(&bytes).ok().as_ref(), Some(&findings), "written and read it is another");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
