//! A tar.gz: written so that it depends on nothing but what is put in (no times, owners and modes of this machine), and
//! unpacked so that nothing leads out of its folder.

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Component, Path};
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

/// The most bytes that an archive may have unpacked.
const MOST: u64 = 64 << 30;

/// The most files of an archive.
const FILES: usize = 4_000_000;

/// Unpacks the regular files of an archive into `folder`; anything else in it is refused, and so is what would lead out.
///
/// # Errors
/// Those of the system; no archive, a strange one, or one that is too large.
pub fn unpack(path: &Path, folder: &Path) -> io::Result<()> {
    let strange = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut archive = tar::Archive::new(GzDecoder::new(io::BufReader::new(File::open(path)?)).take(MOST));
    for (at, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        let plain = name.components().all(|part| matches!(part, Component::Normal(_)));
        if at > FILES || !plain || entry.header().entry_type() != EntryType::Regular {
            return Err(strange(format!("{} has no business in it", name.display())));
        }
        let to = folder.join(&name);
        std::fs::create_dir_all(super::disk::folder_of(&to))?;
        // One that is there twice would hide what was looked at before.
        let mut out = File::create_new(&to)?;
        let (said, written) = (entry.size(), io::copy(&mut entry, &mut out)?);
        if written != said {
            return Err(strange(format!("{} is cut off", name.display())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_of_the_folder_is_refused_and_a_cut_archive_is_an_error() {
        let scratch = crate::world::disk::scratch().unwrap();
        let file = scratch.path().join("a.tar.gz");
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        archive.add("files/1", &[7; 100_000]).unwrap();
        archive.finish().unwrap();
        std::fs::write(&file, &bytes).unwrap();
        unpack(&file, &scratch.path().join("good")).unwrap();
        assert_eq!(std::fs::read(scratch.path().join("good/files/1")).unwrap(), [7; 100_000]);
        assert!(unpack(&file, &scratch.path().join("good")).is_err(), "it is there");
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        assert!(unpack(&file, &scratch.path().join("cut")).is_err());

        let mut evil = Builder::new(GzBuilder::new().write(Vec::new(), Compression::new(1)));
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..10].copy_from_slice(b"../outside");
        header.set_entry_type(EntryType::Regular);
        header.set_size(1);
        header.set_cksum();
        evil.append(&header, &b"x"[..]).unwrap();
        std::fs::write(&file, evil.into_inner().unwrap().finish().unwrap()).unwrap();
        let refused = unpack(&file, &scratch.path().join("inside")).unwrap_err().to_string();
        assert!(refused.contains("no business"), "{refused}");
        assert!(!scratch.path().join("outside").exists());
    }

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
