//! Writes a tar.gz that depends on nothing but what is put in: no times, no owners, no modes of this machine.

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::io::{self, Write};
use tar::{Builder, EntryType, Header};

/// An archive that is being written.
pub struct Archive<W: Write> {
    tar: Builder<GzEncoder<W>>,
}

impl<W: Write> Archive<W> {
    /// An empty one.
    pub fn new(out: W) -> Archive<W> {
        // 255: made on an unknown system.
        let gzip = GzBuilder::new().mtime(0).operating_system(255).write(out, Compression::new(6));
        Archive { tar: Builder::new(gzip) }
    }

    /// Adds a file that everybody may read.
    ///
    /// # Errors
    /// Those of writing; a path that tar cannot hold.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        self.tar.append_data(&mut header, path, bytes)
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(self) -> io::Result<()> {
        self.tar.into_inner()?.finish()?.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let write = || {
            let mut bytes = Vec::new();
            let mut archive = Archive::new(&mut bytes);
            archive.add("run/a", b"one").unwrap();
            archive.add(&format!("run/{}", "x".repeat(200)), &[7; 100_000]).unwrap();
            archive.finish().unwrap();
            bytes
        };
        assert_eq!(write(), write());
        let mut read = tar::Archive::new(flate2::read::GzDecoder::new(io::Cursor::new(write())));
        let sizes: Vec<u64> = read.entries().unwrap().map(|e| e.unwrap().size()).collect();
        assert_eq!(sizes, [3, 100_000]);
    }
}
