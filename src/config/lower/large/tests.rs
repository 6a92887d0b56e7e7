//! What is read in slices is the same as what is read at once.

use super::*;
use crate::config::words::Words;
use crate::model::{Diagnostics, FileId};
use std::fmt::Write as _;

fn lowered(text: &str, readable: &Readable<'_>) -> Result<Expr, Diagnostics> {
    let parsed = hcl_edit::parser::parse_expr(&readable.text)
        .map_err(|error| Diagnostics::from(Diagnostic::error(format!("{}: {error}", readable.text))))?;
    let chunk = Chunk { text, file: FileId(3), base: 1_000, large: &readable.large, lines: Lines::Count };
    crate::config::lower::lower(&parsed, chunk, &mut Words::new())
}

#[test]
fn slices_make_the_same_object() {
    for text in [
        "{ a = 1, b = 2, c = 3 }",
        "{a=1\nb=2\nc=3}",
        "{\n  a = 1 # one, two\n  b = 2 // three\n  /* a, b\n c */ c = 3\n\n  d = 4,\n}",
        "{ \"a b\" = 1, (x.y) = [1, 2, 3], \"${a},${b}\" : f(a, b, c), d : { a = 1, b = 2, c = 3 } }",
        "{ a = <<E\nb = 1\n, c = ${d}\nE\n b = \"}\\\"{\", c = \"${ {a = 1, b = 2, c = 3}[x] }\" }",
        "[{ a = 1, b = 2, c = 3 }, { a = { x = 1, y = 2, z = 3 }, b = 2 }].b",
        "f({ a = 1, b = 2, c = 3 }, { d = x ? { a = 1, b = 2, c = 3 } : { e = 1, f = 2 } })",
        "[for k, v in { a = 1, b = 2, c = 3 } : { a = v, b = k, c = 3 }]",
        "{for k, v in { a = 1, b = 2, c = 3 } : k => { a = v, b = k, c = 3 }... if v > 1}",
        "{ in = { a = 1, b = 2, c = 3 }, for = 2, b = 3 }",
        "{ a = 1\n\n # for\n\n for = 2\n d = [for x in y : x]\n b = 3, c = 4 }",
        "{ ä = \"é\", ö = 1, ü = \"ß\" }",
        "\"%{ for x in { a = 1, b = 2, c = 3 } }${x}%{ endfor }\"",
        "{\r\n  a = 1\r\n  b = [for\r\n x in y : x]\r\n  c = 3\r\n}",
    ] {
        let whole = lowered(text, &Readable::sliced(text, usize::MAX, true)).expect("valid");
        for most in 1..=2 {
            let sliced = Readable::sliced(text, most, true);
            assert!(most > 1 || !sliced.large.is_empty(), "nothing large in {text}");
            assert_eq!(sliced.text.len(), text.len());
            assert_eq!(lowered(text, &sliced), Ok(whole.clone()), "{text}");
        }
    }
}

#[test]
fn blocks_are_no_objects() {
    for text in [
        "a \"b\" {\n a = 1\n b = 2\n c = 3\n}\n",
        "a {\n for k in {\n a = 1\n b = 2\n c = 3\n }\n}\n",
        "a b {\n in {\n a = 1\n b = 2\n }\n c {\n a = 1\n b = 2\n }\n}\n",
        "x = {for k, v in y :\n\n\n k => v}\n",
    ] {
        assert!(Readable::sliced(text, 1, true).large.is_empty(), "{text}");
    }
}

#[test]
fn mistakes_stand_where_they_are() {
    let told = |text: &str| {
        let problems = lowered(text, &Readable::sliced(text, 2, true)).expect_err("wrong");
        let at = |span: Span| text[span.start as usize - 1_000..span.end as usize - 1_000].to_string();
        let problem = problems.0.into_iter().next().expect("a problem");
        (problem.summary, problem.primary.map(|(span, _)| at(span)).unwrap_or_default())
    };
    let (summary, at) = told("{ a = 1, b = 2, c = 3, d = 4 5, e = 6 }");
    assert_eq!((summary.as_str(), at.as_str()), ("The object cannot go on with `5`", "5"));
    let (summary, at) = told("{ a = 1, b = 2, c = 3, d = 4, b = 5 }");
    assert_eq!((summary.as_str(), at.as_str()), ("This key stands twice in the object", "b"));
}

#[test]
fn no_slice_is_larger_than_what_is_quick() {
    let mut text = String::from("{");
    for i in 0..3_000 {
        let _ = write!(text, "k{i} = {{ path = \"p{i}\", port = {i} }}, ");
    }
    text.push('}');
    let readable = Readable::of(&text);
    let [large] = readable.large.as_slice() else { panic!("one large object") };
    assert_eq!(large.slices.len(), 3_000_usize.div_ceil(SLICE) + 1);
    assert!(large.slices.iter().all(|slice| text[slice.clone()].matches("path").count() <= SLICE));
    assert!(readable.text[1..text.len() - 1].bytes().all(|byte| byte == b' '));
    let made = lowered(&text, &readable).expect("valid");
    assert_eq!(made.as_object().map(|entries| entries.len()), Some(3_000));
}
