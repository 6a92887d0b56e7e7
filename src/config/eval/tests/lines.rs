//! Ends of lines and comments within brackets, where they do not count.

use super::*;

#[test]
fn within_a_for_and_other_brackets_no_end_of_line_counts() {
    for text in [
        "{ for k, v in { a = null } :\n k => v != null\n? v\n: 80 }",
        "{ for k, v in { a = 1 } : k\n=> v\n+\n1\n if v\n== 1 }",
        "{ for k, v in { a = [1] }\n: k => v\n[0] }",
        "{ for k, v in { a = [{ b = 2 }] } : k => v\n[*]\n.b }",
        "{ for k, v in { a = { b = 2 } } : k => v\n.b }",
        "{ for k, v in { a = true } : k => !\nv }",
        "{ for k, v in { a = 1 } : k => -\nv }",
        "{ for k, v in { a = 1 } : k => -\r\n 1 }",
        "{ for k, v in true\n? { a = 1 }\n: {} : k\n => v }",
        "{ for k, v in { a = 1 } : \"a\"\n== \"b\" ? 1 : k => v... }",
        "[for v in true\n? [2] : [3] : !\ntrue]",
        "[for v in [1] : -\nv]",
        "[1\n+ 2,\n 3\n]",
        "upper(\n\"a\"\n)",
        "\"${\n1\n+ 1\n}\"",
        "{ for k, v in { a = 1 } : k => { x = v, y = [\n2\n+ 3] } }",
        "\n1\n+\n1\n",
    ] {
        let answer = shown(text);
        assert!(!answer.starts_with("ERR"), "{text}: {answer}");
        assert_eq!(answer, shown(&text.replace("\r\n", " ").replace('\n', " ")), "{text}");
        // A comment behind each line, and in its place.
        for comment in [" # c \" {\n", " // ü\n", " /* c\n */ "] {
            assert_eq!(answer, shown(&text.replace("\r\n", "\n").replace('\n', comment)), "{text} {comment}");
        }
    }
    assert_eq!(
        shown("{ for k, v in { a = 1 } :\n k => { x = v\n y = 2 } }"),
        shown("{ a = { x = 1, y = 2 } }")
    );
    for text in ["{ a = 1\n + 1 }", "{ a\n = 1 }"] {
        assert!(parsed(text).is_err(), "{text}");
    }
}

/// As Terraform has it: the marker stands alone on its line.
#[test]
fn a_heredoc_ends_at_a_line_that_holds_its_marker_alone() {
    for (text, wanted) in [
        ("[<<E\nE, x\n E.\n E\n]", "E, x\\n E.\\n"),
        ("[<<-E\n  a\n   E x\n  E \t\n]", "a\\n E x\\n"),
        ("[<<E\nE${1}\nE\r\n]", "E1\\n"),
        ("[<<E\nEE\nE-\nE\n]", "EE\\nE-\\n"),
    ] {
        assert_eq!(
            shown(&format!("jsonencode({text}[0])")),
            format!("\"\\\"{wanted}\\\"\"").replace("\\n", "\\\\n")
        );
    }
}
