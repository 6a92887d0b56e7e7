//! A release file of apt, signed within its own text or not: only what is signed is read, and each file that it lists has a
//! digest and a place below the archive's root.

use patchform::feed::release::Release;
use patchform::feed::signature::signed_part;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let signed = signed_part(text);
    if let Ok(signed) = &signed {
        // A person who looks at the text sees each line of it that is read.
        let seen = |line: &'_ str| {
            line.strip_prefix("- ").unwrap_or(line).trim_end_matches([' ', '\t', '\r']).to_string()
        };
        let lines: Vec<String> = text.lines().map(seen).collect();
        assert!(
            signed.lines().all(|line| lines.iter().any(|seen| seen == line)),
            "a line that is not there:\n{signed}"
        );
    }
    match Release::read(signed.as_deref().unwrap_or(text)) {
        Ok(release) => {
            assert!(!release.files.is_empty());
            for (path, (sha256, _)) in &release.files {
                assert!(
                    sha256.len() == 64 && !sha256.bytes().any(|byte| byte.is_ascii_uppercase()),
                    "{sha256}"
                );
                assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path}");
            }
            release.edition();
        }
        Err(why) => assert!(!why.is_empty()),
    }
}
