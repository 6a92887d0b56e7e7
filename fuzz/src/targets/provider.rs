//! What providers list: no path leads out of its folder, whatever a list says.

use patchform_advisory::digest::{Algorithm, Digest};
use patchform_advisory::provider::{DigestFile, Metadata, read_changes, read_feed, read_index};

/// One file, read as each of its kinds.
pub fn run(data: &[u8]) {
    for listing in [read_index(data, "files/white"), read_changes(data, "files/white")].into_iter().flatten()
    {
        for path in listing.entries.keys() {
            let below =
                !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            assert!(below && !path.contains(['\\', ':', '\0']), "{path}");
        }
    }
    if let Ok(reading) = read_feed(data) {
        assert!(reading.entries.iter().all(|entry| !entry.document.is_empty()));
    }
    if let Ok(reading) = Metadata::read(data) {
        let _ = (reading.metadata.feeds().count(), reading.metadata.directories().count());
    }
    if let Ok(file) = DigestFile::read(data, Algorithm::Sha256) {
        let name = file.file.unwrap_or_default();
        assert!(file.check(name, &file.digest).is_ok());
        let other = Digest::new(Algorithm::Sha512, &"00".repeat(64)).expect("a digest");
        assert!(file.check(name, &other).is_err());
    }
}
