//! The process's environment variables.

/// All of them whose name and value are UTF-8, sorted by name.
pub fn all() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    all.sort_unstable();
    all
}
