//! Package URLs: what is read is written, and read again the same.

use patchform_advisory::purl::Purl;

/// One package URL.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Purl::parse(text) {
        Ok(purl) => {
            assert_eq!(Purl::build(purl.parts().clone()).as_ref(), Ok(&purl));
            let written = purl.to_string();
            assert_eq!(Purl::parse(&written), Ok(purl), "{written}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
