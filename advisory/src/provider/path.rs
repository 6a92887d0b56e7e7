//! Where a listed document stands: a path below the folder of the list.

/// Why a listed path is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing is there.
    #[error("the path is empty")]
    Empty,
    /// It begins at the root, or is an address.
    #[error("the path does not begin in the folder of its list")]
    Absolute,
    /// It leads upwards or nowhere.
    #[error("the path has a part that leads elsewhere (`..`, `.`, an empty one, or one with `\\`)")]
    Elsewhere,
    /// It is not the name of a document.
    #[error("the path does not end in .json")]
    NoDocument,
    /// It is longer than 1,024 bytes.
    #[error("the path has more than 1,024 bytes")]
    Long,
}

/// The path of a document below the folder of its list. `folder` is where that list stands, from the provider's root:
/// CISA lists paths from the root of its repository, `csaf_files/OT/white/2023/a.json` in `csaf_files/OT/white`; so what
/// the path repeats of the folder's end is left out.
///
/// # Errors
///
/// A path that could lead out of the folder, or to what is no document.
pub fn within<'a>(listed: &'a str, folder: &str) -> Result<&'a str, PathError> {
    if listed.is_empty() {
        return Err(PathError::Empty);
    } else if listed.len() > 1024 {
        return Err(PathError::Long);
    } else if listed.starts_with('/') || listed.contains(':') {
        return Err(PathError::Absolute);
    } else if listed.split('/').any(|part| matches!(part, "" | "." | "..") || part.contains(['\\', '\0'])) {
        return Err(PathError::Elsewhere);
    } else if !listed.ends_with(".json") {
        return Err(PathError::NoDocument);
    }
    Ok(unrepeated(listed, folder.trim_matches('/')))
}

/// The path without the longest beginning that the folder ends with.
fn unrepeated<'a>(listed: &'a str, folder: &str) -> &'a str {
    let mut slashes = listed.rmatch_indices('/').map(|(at, _)| at);
    let ends_with =
        |part: &str| folder == part || folder.strip_suffix(part).is_some_and(|rest| rest.ends_with('/'));
    let repeated = slashes.find(|at| ends_with(&listed[..*at]));
    repeated.map_or(listed, |at| &listed[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_stay_below_their_folder() {
        assert_eq!(within("2023/a.json", ""), Ok("2023/a.json"));
        assert_eq!(within("csaf_files/OT/white/2023/a.json", "/csaf_files/OT/white/"), Ok("2023/a.json"));
        assert_eq!(within("white/2023/a.json", "data/white"), Ok("2023/a.json"));
        assert_eq!(within("white/2023/a.json", "data/offwhite"), Ok("white/2023/a.json"));
        for (path, error) in [
            ("", PathError::Empty),
            ("/etc/a.json", PathError::Absolute),
            ("https://a/b.json", PathError::Absolute),
            ("2023/../../a.json", PathError::Elsewhere),
            ("2023//a.json", PathError::Elsewhere),
            ("..\\a.json", PathError::Elsewhere),
            ("2023/a.html", PathError::NoDocument),
        ] {
            assert_eq!(within(path, "white"), Err(error), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_out(path in "[./a:\\\\]{0,12}(.json)?", folder in "[a/]{0,6}") {
            if let Ok(path) = within(&path, &folder) {
                prop_assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".." || part.is_empty()));
            }
        }
    }
}
