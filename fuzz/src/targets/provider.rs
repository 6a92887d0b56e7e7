//! What providers list: no path leads out of its folder, whatever a list says.

use patchform_advisory::provider::{Algorithm, Digest, Metadata, changes, feed, index};

/// One file, read as each of its kinds.
pub fn run(data: &[u8]) {
    for listing in [index(data, "files/white"), changes(data, "files/white")].into_iter().flatten() {
        for path in listing.entries.keys() {
            let below =
                !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            assert!(below && !path.contains(['\\', ':', '\0']), "{path}");
        }
    }
    if let Ok(reading) = feed(data) {
        assert!(reading.entries.iter().all(|entry| !entry.document.is_empty()));
    }
    if let Ok(reading) = Metadata::read(data) {
        let _ = (reading.metadata.feeds().count(), reading.metadata.directories().count());
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(digest) = Digest::parse(text, Algorithm::Sha256)
    {
        assert!(digest.check(digest.file.unwrap_or_default(), digest.value).is_ok());
        assert!(digest.check(digest.file.unwrap_or_default(), "").is_err());
    }
}
