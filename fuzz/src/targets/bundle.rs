//! The manifest of a bundle: what can be read is written and read again as the same.

use patchform::feed::bundle::Manifest;

pub fn run(data: &[u8]) {
    if let Ok(manifest) = Manifest::read(data) {
        let bytes = manifest.write().expect("it is written");
        assert_eq!(
            Manifest::read(&bytes).expect("it is read again"),
            manifest,
            "written and read it is another"
        );
    }
}
