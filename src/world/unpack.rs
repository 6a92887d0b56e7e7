//! Unpacks what was packed by gzip, bzip2, xz, zstd or zip, within limits: the home of the crates that can.

use bzip2::read::MultiBzDecoder;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive};
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Read};
use xz4rust::{XzDecoder, XzNextBlockResult};

/// How bytes are packed, by how they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip
    Gzip,
    /// bzip2
    Bzip2,
    /// xz
    Xz,
    /// zstd
    Zstd,
    /// A zip of several files.
    Zip,
    /// By what is not read here: its name.
    Other(&'static str),
}

/// Why nothing was unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// More comes out than may.
    #[error("unpacked it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// It is damaged.
    #[error("it cannot be unpacked: {0}")]
    Damaged(String),
    /// It is packed by what is not read here.
    #[error("it is packed by {0}, which is not read here; gzip, bzip2, xz, zstd and zip are")]
    Other(&'static str),
}

/// The largest dictionary of xz that is taken, in bytes: that of its strongest preset, twice.
const DICTIONARY: usize = 128 << 20;

/// The most files of a zip.
const FILES: usize = 2_000_000;

/// How packed files begin.
const BEGINNINGS: [(&[u8], Packing); 7] = [
    (b"\x1f\x8b", Packing::Gzip),
    (b"\xfd7zXZ\0", Packing::Xz),
    (b"PK\x03\x04", Packing::Zip),
    (b"PK\x05\x06", Packing::Zip),
    (b"\x28\xb5\x2f\xfd", Packing::Zstd),
    (b"BZh", Packing::Bzip2),
    (b"\x5d\0\0", Packing::Other("lzma")),
];

/// How the names of packed files end.
const ENDINGS: [&str; 4] = [".gz", ".bz2", ".xz", ".zst"];

/// The name of a file without the ending that tells how it is packed.
pub fn plain_name(name: &str) -> &str {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// How `bytes` are packed.
pub fn packing(bytes: &[u8]) -> Packing {
    let known = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
    known.map_or(Packing::Plain, |(_, packing)| *packing)
}

/// Unpacks one file, whatever it is packed by; what is not packed, or a zip, stays as it is.
///
/// # Errors
/// More than `most` bytes come out, or it is damaged.
pub fn one(bytes: Vec<u8>, most: u64) -> Result<Vec<u8>, UnpackError> {
    match packing(&bytes) {
        Packing::Plain | Packing::Zip => Ok(bytes),
        Packing::Gzip => within(MultiGzDecoder::new(&bytes[..]), most),
        Packing::Bzip2 => within(MultiBzDecoder::new(&bytes[..]), most),
        Packing::Xz => unxz(&bytes, most),
        Packing::Zstd => unzstd(&bytes, most),
        Packing::Other(name) => Err(UnpackError::Other(name)),
    }
}

/// Hands out the files of a zip, one by one, in its order: path and bytes. Folders are passed over.
///
/// # Errors
/// More than `most` bytes come out of all of them, it is damaged, or what `each` says.
pub fn zip<E: From<UnpackError>>(
    bytes: &[u8],
    most: u64,
    mut each: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let damaged = |error: rawzip::Error| UnpackError::Damaged(error.to_string());
    let archive = ZipArchive::from_slice(bytes).map_err(damaged)?;
    let mut entries = archive.entries();
    let (mut left, mut files) = (most, 0);
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        files += 1;
        if files > FILES {
            return Err(UnpackError::Damaged(format!("it has more than {FILES} files")).into());
        }
        if entry.is_dir() {
            continue;
        }
        let path = entry.file_path().try_normalize().map_err(damaged)?.as_ref().to_string();
        let of_entry = |what: String| UnpackError::Damaged(format!("{path}: {what}"));
        let method = entry.compression_method();
        let entry = archive.get_entry(entry.wayfinder()).map_err(damaged)?;
        let content = match method {
            CompressionMethod::STORE => within(entry.verifying_reader(entry.data()), left),
            CompressionMethod::DEFLATE => {
                within(entry.verifying_reader(DeflateDecoder::new(entry.data())), left)
            }
            _ => Err(of_entry("it is neither stored nor deflated".to_string())),
        };
        let content = content.map_err(|error| match error {
            UnpackError::TooLarge(_) => UnpackError::TooLarge(most),
            UnpackError::Damaged(what) => of_entry(what),
            other => other,
        })?;
        left -= content.len() as u64;
        each(&path, &content)?;
    }
    Ok(())
}

/// Reads to the end, at most so many bytes.
fn within(reader: impl Read, most: u64) -> Result<Vec<u8>, UnpackError> {
    let mut bytes = Vec::new();
    let read = reader.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error: io::Error| UnpackError::Damaged(error.to_string()))?;
    if bytes.len() as u64 > most { Err(UnpackError::TooLarge(most)) } else { Ok(bytes) }
}

fn unxz(bytes: &[u8], most: u64) -> Result<Vec<u8>, UnpackError> {
    let mut decoder = XzDecoder::in_heap_with_alloc_dict_size(1 << 20, DICTIONARY);
    let mut unpacked = Vec::new();
    let mut part = vec![0; 256 << 10];
    let mut at = 0;
    loop {
        let step = decoder.decode(&bytes[at..], &mut part);
        let (read, written, ended) = match step.map_err(|error| UnpackError::Damaged(error.to_string()))? {
            XzNextBlockResult::NeedMoreData(read, written) => (read, written, false),
            XzNextBlockResult::EndOfStream(read, written) => (read, written, true),
        };
        at += read;
        unpacked.extend_from_slice(&part[..written]);
        if unpacked.len() as u64 > most {
            return Err(UnpackError::TooLarge(most));
        }
        if ended {
            return Ok(unpacked);
        }
        if read == 0 && written == 0 {
            return Err(UnpackError::Damaged("it ends in its middle".to_string()));
        }
    }
}

/// How a frame of zstd begins that has nothing of the file (RFC 8878, 3.1.2), but for four bits; its length follows.
const SKIPPED: [u8; 3] = *b"\x2a\x4d\x18";

/// The decoder keeps no more of a frame than 128 MiB, the window of zstd's strongest preset; it does not look at checksums.
fn unzstd(bytes: &[u8], most: u64) -> Result<Vec<u8>, UnpackError> {
    let damaged = |what: &str| UnpackError::Damaged(what.to_string());
    let (mut left, mut unpacked) = (bytes, Vec::new());
    while !left.is_empty() {
        if let [first, second, third, fourth, a, b, c, d, rest @ ..] = left
            && first & 0xf0 == 0x50
            && [*second, *third, *fourth] == SKIPPED
        {
            let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            left = rest.get(length..).ok_or_else(|| damaged("it ends in its middle"))?;
            continue;
        }
        let mut frame = StreamingDecoder::new(&mut left).map_err(|error| damaged(&error.to_string()))?;
        let room = most - unpacked.len() as u64;
        unpacked.extend(within(&mut frame, room).map_err(|error| match error {
            UnpackError::TooLarge(_) => UnpackError::TooLarge(most),
            other => other,
        })?);
        let given = frame.decoder.get_checksum_from_data();
        if given.is_some() && given != frame.decoder.get_calculated_checksum() {
            return Err(damaged("its checksum is another one"));
        }
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
        for (name, content) in files {
            let (mut entry, config) =
                archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
            let mut writer =
                config.wrap(flate2::write::DeflateEncoder::new(&mut entry, Compression::default()));
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        out
    }

    fn all(bytes: &[u8], most: u64) -> Result<Vec<(String, usize)>, UnpackError> {
        let mut found = Vec::new();
        zip(bytes, most, |path, content| {
            found.push((path.to_string(), content.len()));
            Ok::<(), UnpackError>(())
        })?;
        Ok(found)
    }

    /// `printf 'four\n' | xz -9`
    const XZ: &[u8] = b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F\x02\0!\x01\x1c\0\0\0\x10\xcfX\xcc\x01\0\x04four\n\0\0\0\0\
                         \x96\xf6r\xf3\x81^\xb7\xcc\0\x01\x1d\x05\xb8-\x80\xaf\x1f\xb6\xf3}\x01\0\0\0\0\x04YZ";

    /// `printf 'four\n' | bzip2`
    const BZIP2: &[u8] =
        b"BZh91AY&SYy\xfeT\xa5\0\0\0\xc1\x80\0\x10\x01\0\x92\0 \0!\x83A\x9a\r(qw$S\x85\t\x07\x9f\xe5JP";

    /// `printf 'four\n' | zstd -19`
    const ZSTD: &[u8] = b"(\xb5/\xfd\x04h)\0\0four\n\xa3#\xfa6";

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn what_is_packed_comes_out_and_a_bomb_is_refused() {
        assert_eq!(one(b"plain".to_vec(), 1), Ok(b"plain".to_vec()));
        assert_eq!(one(gzip(b"four"), 4), Ok(b"four".to_vec()));
        assert_eq!(one(gzip(b"four!"), 4), Err(UnpackError::TooLarge(4)));
        assert_eq!(one(gzip(&vec![0; 10 << 20]), 1 << 20), Err(UnpackError::TooLarge(1 << 20)));
        let two = [gzip(b"a"), gzip(b"b")].concat();
        assert_eq!(one(two, 4), Ok(b"ab".to_vec()));
        let files = zipped(&[("a/b.json", b"{}"), ("c.json", &[b'x'; 5000])]);
        assert_eq!(all(&files, 6000), Ok(vec![("a/b.json".into(), 2), ("c.json".into(), 5000)]));
        assert_eq!(all(&files, 5001), Err(UnpackError::TooLarge(5001)));
        assert_eq!(one(XZ.to_vec(), 5), Ok(b"four\n".to_vec()));
        assert_eq!(one(XZ.to_vec(), 4), Err(UnpackError::TooLarge(4)));
        for packed in [BZIP2, ZSTD] {
            assert_eq!(one(packed.to_vec(), 5), Ok(b"four\n".to_vec()));
            assert_eq!(one(packed.to_vec(), 4), Err(UnpackError::TooLarge(4)));
            assert_eq!(one(packed.repeat(2), 10), Ok(b"four\nfour\n".to_vec()));
            assert_eq!(one(packed.repeat(2), 9), Err(UnpackError::TooLarge(9)));
        }
        let skipped = [b"\x5a\x2a\x4d\x18\x02\0\0\0xy", ZSTD].concat();
        assert_eq!(one([ZSTD, &skipped].concat(), 10), Ok(b"four\nfour\n".to_vec()));
        let zeros = vec![0; 10 << 20];
        for bomb in [bzip2(&zeros), zstd(&zeros)] {
            assert_eq!(one(bomb.clone(), 1 << 20), Err(UnpackError::TooLarge(1 << 20)));
            assert_eq!(one(bomb, 10 << 20), Ok(zeros.clone()));
        }
        assert_eq!(one(b"\x5d\0\0\x80\0".to_vec(), 9), Err(UnpackError::Other("lzma")));
    }

    #[test]
    fn a_packed_file_is_known_by_its_name_without_the_ending() {
        for (name, plain) in
            [("a.xml", "a.xml"), ("a.xml.bz2", "a.xml"), ("a.json.zst", "a.json"), (".gz", "")]
        {
            assert_eq!(plain_name(name), plain);
        }
    }

    #[test]
    fn what_is_cut_or_changed_is_refused_and_nothing_panics() {
        let (packed, files) = (gzip(b"four and more"), zipped(&[("a.json", b"four and more")]));
        for cut in 3..packed.len() {
            assert!(one(packed[..cut].to_vec(), 99).is_err(), "{cut}");
        }
        for cut in 6..XZ.len() {
            assert!(one(XZ[..cut].to_vec(), 99).is_err(), "{cut}");
        }
        for at in 0..files.len() {
            assert!(at < 4 || all(&files[..at], 99).is_err(), "{at}");
            let mut flipped = files.clone();
            flipped[at] ^= 0x55;
            if let Ok(found) = all(&flipped, 99) {
                assert!(found.iter().all(|(_, length)| *length == 13), "{at}");
            }
        }
        for whole in [BZIP2, ZSTD] {
            for cut in 4..whole.len() {
                assert!(one(whole[..cut].to_vec(), 99).is_err(), "{cut}");
            }
            for at in 4..whole.len() {
                let mut flipped = whole.to_vec();
                flipped[at] ^= 0x55;
                assert_ne!(one(flipped, 99), Ok(b"five\n".to_vec()));
            }
        }
        // A checksum is held, and what stands behind the end is told.
        let mut flipped = ZSTD.to_vec();
        flipped[9] ^= 1;
        assert_eq!(one(flipped, 99), Err(UnpackError::Damaged("its checksum is another one".to_string())));
        assert!(one([ZSTD, b"more"].concat(), 99).is_err());
        assert!(one([ZSTD, b"\x50\x2a\x4d\x18\xff\0\0\0xy"].concat(), 99).is_err());
        // A path that leads out of the folder is made harmless.
        assert_eq!(all(&zipped(&[("../../etc/x", b"1")]), 9), Ok(vec![("etc/x".into(), 1)]));
    }
}
