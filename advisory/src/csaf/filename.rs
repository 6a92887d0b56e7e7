//! The file name of a document (section 5.1).

/// The name that a document of that tracking id must have: in lower case, and one `_` for whatever runs of letters are
/// not `+`, `-`, a to z or a digit.
#[must_use]
pub fn file_name(tracking_id: &str) -> String {
    let mut name = String::new();
    for c in tracking_id.to_lowercase().chars() {
        let kept = c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-');
        if kept {
            name.push(c);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name + ".json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_letters_become_one_underscore() {
        assert_eq!(file_name("Example Company - 2019-YH3234"), "example_company_-_2019-yh3234.json");
        assert_eq!(file_name("RHBA-2019:0024"), "rhba-2019_0024.json");
        assert_eq!(file_name("2022 #01-A"), "2022_01-a.json");
        assert_eq!(file_name("../Ä"), "_.json");
    }
}
