//! Expressions against the answers of Terraform, which are stored next to this file.

use super::*;
use crate::config::console::render;
use crate::config::lower::{self, Chunk};
use crate::config::scope::{Files, Resolve};
use crate::config::words::Words;
use crate::model::FileId;
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

mod answers;
mod cells;
mod limits;
mod lines;
mod secrets;

use cells::unescaped;

fn parsed(text: &str) -> Result<Expr, String> {
    lower::parse(text, FileId(0), 0).map_err(|p| p.0.into_iter().map(|d| d.summary).collect())
}

fn run_in(text: &str, scope: &Scope<'_>) -> Result<Value, String> {
    evaluate(&parsed(text)?, scope).map_err(|all| format!("{}; {}", all.0[0].summary, all.0[0].detail))
}

fn run(text: &str) -> Result<Value, String> {
    run_in(text, &Scope::root())
}

fn shown(text: &str) -> String {
    run(text).map_or_else(|e| format!("ERR {e}"), |v| render(&v))
}

#[test]
fn reads_templates_and_heredocs_as_terraform_does() {
    let source = include_str!("heredocs.tf");
    let answers: serde_json::Value = serde_json::from_str(include_str!("heredocs.json")).expect("json");
    let body = hcl_edit::parser::parse_body(source).expect("valid");
    let mut seen = 0;
    for block in body.blocks() {
        let attribute = block.body.attributes().next().expect("value");
        let expr = lower::lower(
            &attribute.value,
            Chunk { text: source, file: FileId(0), base: 0, large: &[], lines: lower::Lines::Count },
            &mut Words::new(),
        )
        .expect("valid");
        let value = evaluate(&expr, &Scope::root()).expect("a value");
        let name = block.labels[0].as_str();
        assert_eq!(value.to_json(), answers[name], "{name}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

/// `local.…` and `var.…`, counted.
struct Names {
    nodes: Value,
    asked: AtomicUsize,
}

impl Resolve for Names {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match (root, name) {
            ("local", "nodes") => Some(Cow::Borrowed(&self.nodes)),
            ("var", "port") => Some(Cow::Owned(Value::string("http"))),
            ("var", "token") => Some(Cow::Owned(Value::string("hunter2").marked(&Marks::variable("token")))),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        ["local.nodes", "var.port", "var.token"].map(String::from).to_vec()
    }
}

impl Names {
    fn with_nodes(n: usize) -> Names {
        let node =
            |i: usize| Value::object(Entries::from([("ip".into(), Value::string(format!("10.0.0.{i}")))]));
        let nodes = (0..n).map(|i| (format!("n{i}").into(), node(i))).collect();
        Names { nodes: Value::object(nodes), asked: AtomicUsize::new(0) }
    }
}

/// A library that copies the base at every step would need hours for this.
#[test]
fn going_through_a_large_map_copies_nothing() {
    let names = Names::with_nodes(100_000);
    let scope = Scope::root().resolver(&names);
    let all = run_in("[for k, v in local.nodes : local.nodes[k].ip]", &scope).expect("a value");
    assert_eq!(all.as_items().map(<[Value]>::len), Some(100_000));
    assert_eq!(names.asked.into_inner(), 100_001);
    // Keys are sorted as text: n0, n1, n10, n100, n1000, n10000.
    assert_eq!(all.at(5), Some(Value::string("10.0.0.10000")));
}

fn problem(text: &str) -> Diagnostic {
    problems(text).0.swap_remove(0)
}

fn problems(text: &str) -> Diagnostics {
    let names = Names::with_nodes(3);
    let scope =
        Scope::root().with("each", Value::object(Entries::from([("key".into(), Value::string("a"))])));
    let scope = scope.resolver(&names);
    evaluate(&parsed(text).expect("valid"), &scope).expect_err("a problem")
}

#[test]
fn what_is_wrong_with_one_part_hides_no_other_part() {
    for (text, places) in [
        ("[-true, 1, -false]", "true|false"),
        ("[[-true], {a = (-false), (null) = -\"x\"}]", "true|false|(null)|\"x\""),
        ("\"a${-true}b${null}${[]}%{ if 1 }x%{ endif }%{ for x in 5 }y%{ endfor }\"", "true|null|[]|1|5"),
        ("\"%{ for x in [true, false] }${-x}${null}%{ endfor }\"", "x|null"),
        ("[for x in [true, false] : {a = -x, b = -[]}]", "x|[]"),
        ("{for x in [true] : (-x) => -[]}", "x|[]"),
        ("(-true) * (-false) == -[]", "true|false|[]"),
        ("join(-true, [-false])", "true|false"),
        ("replace([], {}, \"x\")", "[]|{}"),
        ("nosuch(-true)", "nosuch|true"),
        ("var.prot[-true]", "prot|true"),
        ("local.nodes.none[-true].ip[-false]", "none|true|false"),
        ("[for x in -true : -x]", "true"),
        // What waits for an answer is not asked before it is known.
        ("-true ? -false : -[]", "true"),
        ("true ? [-false, -[]] : -{}", "false|[]"),
        ("-true && -false", "true"),
        ("try([-true, -false], -[])", "try([-true, -false], -[])"),
        ("(1 + \"x\") + 1 + \"y\"", "\"x\""),
    ] {
        let told = problems(text);
        let place = |problem: &Diagnostic| problem.primary.as_ref().map(|(at, _)| at.start..at.end);
        let found: Vec<&str> =
            told.0.iter().filter_map(place).map(|at| &text[at.start as usize..at.end as usize]).collect();
        assert_eq!(found.join("|"), places, "{text}");
    }
    assert_eq!(problems(&format!("[{}]", "-true,".repeat(100))).0.len(), 20);
}

#[test]
fn points_at_the_exact_expression_and_offers_the_next_move() {
    for (text, at, words) in [
        ("1 + var.port", "var.port", "+ needs numbers|this is a string \"http\"|var.port is \"http\""),
        ("1 + var.prot", "prot", "there is no var.prot|did you mean var.port?"),
        ("[vr.port]", "vr", "there is no vr here|did you mean var?"),
        (
            "local.nodes[each.key].ip",
            "each.key",
            "an object has no element \"a\"|each.key is \"a\"|it has: n0",
        ),
        ("local.nodes[\"n1\"].pi", "pi", "has no attribute \"pi\"|did you mean ip?"),
        ("upper(lowr(var.port))", "lowr", "There is no function lowr|Did you mean lower?"),
        ("abs(var.port)", "var.port", "abs() cannot take this as number|a number is required, not \"http\""),
        ("join(\",\")", "join(\",\")", "join(): at least one list"),
        ("substr(\"a\")", "substr", "substr() needs 3 arguments, not 1|write substr(text, offset, length)"),
        ("1.10.2", "2", "a number has one point at most|a version is a text, in double quotes"),
        ("var.port.2", "2", "a string \"http\" has no elements"),
        ("[1, 2][5]", "5", "a tuple has no element 5|the last index is 1"),
        ("[1, 2].length", "length", "a tuple has no attributes|its argument: length(…)"),
        ("[nope.x]", "nope", "there is no nope here|references begin with var"),
        ("[{a = 1}].a", "a", "a tuple has no attributes|write [*].a"),
        ("\"x${local.nodes}\"", "local.nodes", "an object cannot stand in a text"),
        ("var.port ? 1 : 2", "var.port", "must be true or false|it is a string \"http\""),
        ("true ? [1] : 2", "[1]", "both results of ? : must have the same type|the second is number"),
        ("{for x in [1, 1] : x => x}", "x", "two elements have the key \"1\"|add ..."),
        ("[for x in var.port : x]", "var.port", "for cannot run over a string \"http\""),
        ("1 / (2 - 2)", "1 / (2 - 2)", "division by zero"),
        ("var", "var", "var alone is no value|var.port"),
        ("timestamp()", "timestamp", "timestamp() cannot be used here|must not depend on the clock"),
        ("uuid()", "uuid", "must not depend on chance|uuidv5()"),
        ("plantimestamp()", "plantimestamp", "must not depend on the clock"),
        ("bcrypt(\"a\")", "bcrypt", "must not depend on chance"),
        ("rsadecrypt(\"YQ==\", \"key\")", "rsadecrypt", "no library for it|openssl pkeyutl"),
        (
            "versioncmp(\"dpgk\", \"1\", \"2\")",
            "\"dpgk\"",
            "there is no scheme \"dpgk\"; did you mean \"dpkg\"?",
        ),
        ("versioncmp(\"semver\", \"1.0.0\", \"1.x\")", "\"1.x\"", "is not a valid semver version"),
        ("versioncmp(\"semver\", null, \"1.0.0\")", "null", "versioncmp() needs version, not null"),
        ("versionmatch(\"semver\", \"2.0.0\", \"about 2\")", "\"about 2\"", "is not a valid constraint"),
        ("formatdate(\"YYY\", \"2026-01-01T00:00:00Z\")", "\"YYY\"", "no verb \"YYY\"; a year is YYYY or YY"),
        ("timeadd(\"2026-01-01\", \"1h\")", "\"2026-01-01\"", "the T between date and time is missing"),
        ("timeadd(\"2026-01-01T00:00:00Z\", \"1d\")", "\"1d\"", "units are h, m, s"),
        ("yamldecode(\"a: [\")", "\"a: [\"", "this is no valid YAML"),
        ("textencodebase64(\"€\", \"ISO-8859-1\")", "\"€\"", "'€' cannot be written in \"ISO-8859-1\""),
        ("templatestring(\"x\", {})", "\"x\"", "needs the name of a template|local.greeting"),
        ("uuidv5(\"nosuch\", \"a\")", "\"nosuch\"", "is no namespace; use dns, url, oid, x500"),
        ("toset([\"a\"])[0]", "0", "the elements of a set have no index"),
        ("1 + var.token", "var.token", "+ needs numbers|this is a string|var.token is (sensitive)"),
        ("tonumber(var.token)", "var.token", "tonumber(): its arguments are sensitive"),
        (
            "true ? {(var.token) = 1} : []",
            "{(var.token) = 1}",
            "the first is an object, the second is tuple([])",
        ),
        (
            "false ? 1 : [merge({b = 1}, {(var.token) = 1})]",
            "[merge({b = 1}, {(var.token) = 1})]",
            "the second is a tuple",
        ),
        ("true ? {for x in [var.token] : x => 1} : 1", "{for x in [var.token] : x => 1}", "is an object"),
        ("true ? zipmap([var.token], [1]) : 1", "zipmap([var.token], [1])", "is an object"),
        (
            "true ? tomap({a = jsondecode(\"{\\\"${var.token}\\\":1}\")}) : 1",
            "tomap({a = jsondecode(\"{\\\"${var.token}\\\":1}\")})",
            "is a map",
        ),
        ("lookup(tomap({a = {(var.token) = 1}}), \"b\", {})", "{}", "its arguments are sensitive"),
        (
            "coalesce([{(var.token) = 1}], {})",
            "coalesce([{(var.token) = 1}], {})",
            "its arguments are sensitive",
        ),
        ("file(\"x\")", "file(\"x\")", "files cannot be read here"),
    ] {
        let d = problem(text);
        let span = d.primary.as_ref().expect("a place").0;
        let pointed = &text[span.start as usize..span.end as usize];
        assert_eq!(pointed, at, "{text}: {d:?}");
        let values: String = d.values.iter().map(|(n, v)| format!("{n} is {v}\n")).collect();
        let all = format!("{}\n{}\n{}{}", d.summary, d.detail, values, d.help);
        for word in words.split('|') {
            assert!(all.contains(word), "{text}: {word:?} is not in {all:?}");
        }
        assert!(!all.contains("hunter2"), "{text}: a secret was shown");
    }
}

#[test]
fn a_secret_marks_what_derives_from_it() {
    let names = Names::with_nodes(3);
    let scope = Scope::root().resolver(&names);
    for text in [
        "var.token",
        "\"a${var.token}\"",
        "[var.token]",
        "{a = var.token}.a",
        "upper(var.token)",
        "var.token == \"a\"",
        "var.token == \"a\" ? 1 : 2",
        "[for c in [1, 2] : c if var.token == \"a\"]",
        "{(var.token) = 1}",
        "jsondecode(jsonencode([var.token]))[0]",
        "merge({}, {a = var.token}).a",
        "split(\"\", var.token)[0]",
        "length(var.token)",
        "try(var.token, 1)",
        "can(var.token)",
        "toset([var.token])",
        "{a = 1}[var.token == \"x\" ? \"b\" : \"a\"]",
        "local.nodes[var.token == \"x\" ? \"n1\" : \"n2\"].ip",
        "setunion([var.token], [\"a\"])",
        "format(\"%s\", var.token)",
    ] {
        let value = run_in(text, &scope).expect(text);
        assert!(value.is_sensitive(), "{text}");
        let marks = value.deep_marks();
        assert_eq!(marks.variables().map(AsRef::as_ref).collect::<Vec<&str>>(), ["token"], "{text}");
        assert!(!value.brief().contains("hunter2"), "{text}");
    }
    let parts = run_in("{a = var.token, b = 1}", &scope).expect("a value");
    assert!(!parts.get("b").expect("b").is_sensitive(), "a neighbour is not sensitive");
}

#[test]
fn no_message_shows_a_secret() {
    let secret = |text: &str| Value::string(text).marked(&Marks::variable("token"));
    let whole = Value::tuple(vec![Value::string("hunter2")]).marked(&Marks::variable("list"));
    let scope = Scope::root().with("s", secret("hunter2")).with("l", whole);
    for text in [
        "s + 1",
        "-s",
        "!s",
        "s ? 1 : 2",
        "l[0] + 1",
        "[for x in l : x + 1]",
        "{for x in l : x => x.y}",
        "l[*].y",
        "l.hunter2",
        "{a = 1}[s]",
        "{a = 1}[l[0]]",
        "[1][s]",
        "s.x",
        "abs(s)",
        "abs(l...)",
        "sum(l)",
        "tonumber(s)",
        "tolist(s)",
        "max(l...)",
        "parseint(s, 10)",
        "regex(\"x\", s)",
        "regex(\"(${s}\", s)",
        "jsondecode(s)",
        "lookup({}, s)",
        "index([1], s)",
        "format(s, 1)",
        "format(\"%d\", s)",
        "cidrhost(s, 1)",
        "timecmp(s, s)",
        "base64decode(s)",
        "file(s)",
        "\"a${l}\"",
        "\"%{ for x in s }%{ endfor }\"",
        "{for x in [1, 2] : s => x}",
        "{(l) = 1}",
        "try(s + 1, l[0] + 1)",
        "true ? s : l",
        "one(concat(l, l))[s]",
        "join(s, s)",
        "formatlist(\"%d\", l)",
        "csvdecode(\"a\\n${s},1\")",
        "zipmap(l, [])",
        "setsubtract(s, l)",
        "range(s)",
        "merge(s)",
        "element(l, s)",
    ] {
        let problem = evaluate(&parsed(text).expect(text), &scope).expect_err(text);
        // The user's own word is not a secret, even where it happens to be one.
        let shown = if text.contains("hunter2") { String::new() } else { format!("{problem:?}") };
        assert!(!shown.contains("hunter2"), "{text}: {shown}");
    }
    let port = crate::config::types::Field::required(Type::Number);
    let object = Type::object(BTreeMap::from([("port".into(), port)]));
    for (text, ty) in [
        ("l", Type::list(Type::Number)),
        ("[s]", Type::set(Type::Number)),
        ("{port = s}", object),
        ("s", Type::Bool),
    ] {
        let value = run_in(text, &scope).expect(text);
        let error = convert(&value, &ty).expect_err("it does not fit").describe("x");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

struct Two;

impl Files for Two {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "greeting.tpl" => Ok(b"Hello %{ for n in names ~}\n${n}, %{ endfor }you\n".to_vec()),
            "bad.tpl" => Ok(b"one\n${nosuch}\n".to_vec()),
            "loop.tpl" => Ok(b"${templatefile(\"loop.tpl\", {})}".to_vec()),
            "binary" => Ok(vec![b'a', 0xff]),
            _ => Err("there is no such file".to_string()),
        }
    }

    fn list(&self, _: &str, _: usize) -> Result<Vec<String>, String> {
        Ok(vec!["greeting.tpl".to_string(), "sub/bad.tpl".to_string()])
    }

    fn absolute(&self, path: &str) -> String {
        format!("/here/{path}")
    }

    fn home(&self) -> Option<String> {
        Some("/home/me".to_string())
    }
}

#[test]
fn files_are_read_through_the_scope() {
    let scope = Scope::root().files(&Two);
    for (text, answer) in [
        ("templatefile(\"greeting.tpl\", {names = [\"a\", \"b\"]})", "Hello a, b, you\n"),
        ("filebase64(\"binary\")", "Yf8="),
        ("filesha256(\"binary\") == filesha256(\"binary\") ? \"same\" : \"\"", "same"),
        ("fileexists(\"binary\") ? \"yes\" : \"no\"", "yes"),
        (
            "filebase64sha256(\"greeting.tpl\") == base64sha256(file(\"greeting.tpl\")) ? \"same\" : \"\"",
            "same",
        ),
        ("ephemeralasnull(\"x\")", "x"),
        ("fileexists(\"nosuch\") ? \"yes\" : \"no\"", "no"),
    ] {
        assert_eq!(run_in(text, &scope), Ok(Value::string(answer)), "{text}");
    }
    for (text, words) in [
        ("file(\"nosuch\")", "\"nosuch\": there is no such file"),
        ("file(\"binary\")", "is no UTF-8 text (byte 1)"),
        ("templatefile(\"bad.tpl\", {})", "\"bad.tpl\" line 2, column 3: there is no nosuch here"),
        ("templatefile(\"loop.tpl\", {})", "templatefile(): "),
    ] {
        let error = run_in(text, &scope).expect_err(text);
        assert!(error.contains(words), "{text}: {error}");
    }
}

/// Tests run on threads with 2 MiB of stack, and the engine's threads have no more.
#[test]
fn deep_nesting_ends_in_a_message_or_a_value() {
    let around = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    for n in [1, 20, 60, 63, 64, 65, 1_000, 20_000] {
        for text in [
            around("[", "1", "]", n),
            around("(", "1", ")", n),
            around("{a=", "1", "}", n),
            around("upper(", "\"a\"", ")", n),
            around("\"${", "1", "}\"", n),
            around("\"%{ if true }", "x", "%{ endif }\"", n),
            around("[for x in [1] : ", "x", "]", n),
            around("!", "true", "", n),
            around("-", "1", "", n),
            around("1 + ", "1", "", n),
            around("true ? ", "1", " : 2", n),
            around("[[1]]", "", "[*]", n),
            around("[1][", "0", "]", n),
            format!("1{}", " + (1".repeat(n) + &")".repeat(n)),
            format!("{{}}{}", ".a".repeat(n)),
        ] {
            let _ = run(&text);
        }
    }
}

#[test]
fn huge_numbers_and_texts_end_in_a_message() {
    for text in [
        "tonumber(\"1e999999999\")",
        "tonumber(\"1e-999999999\")",
        "pow(10, 100000000)",
        "pow(0.5, 1000000)",
        "format(\"%1000000000d\", 1)",
        "replace(join(\"\", [for i in range(30000) : \"a\"]), \"a\", join(\"\", [for i in range(30000) : \"a\"]))",
        "indent(1000000000, \"a\\nb\")",
        "range(1e18)",
        "range(0, 1, 1e-9)",
        "setproduct(range(2000), range(2000))",
        "replace(join(\"\", [for i in range(30000) : \"a\"]), \"/a/\", join(\"\", [for i in range(30000) : \"b\"]))",
        "replace(join(\"\", [for i in range(30000) : \"a\"]), \"/(a+)/\", join(\"\", [for i in range(30000) : \"$1\"]))",
        "regex(\"(((a{100}){100}){100}){100}\", \"a\")",
        "format(\"%999999999d\", 1)",
        "format(\"%.999999999f\", 1)",
        "yamldecode(\"${join(\"\", [for i in range(100000) : \"[\"])}\")",
        "yamldecode(\"${join(\"\", [for i in range(30000) : \"- \"])}a\")",
        "jsonencode(yamldecode(\"a: &a [x, x, x, x, x, x, x, x, x]\\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\\nh: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]\\ni: &i [*h, *h, *h, *h, *h, *h, *h, *h, *h]\\nj: [*i, *i, *i, *i, *i, *i, *i, *i, *i]\"))",
        "timeadd(\"2026-01-01T00:00:00Z\", \"${join(\"\", [for i in range(100000) : \"9\"])}h\")",
        "jsondecode(join(\"\", [for i in range(100000) : \"[\"]))",
    ] {
        assert!(run(text).is_err(), "{text}");
    }
}

/// Found by fuzzing: a million sums of large numbers were made before the range was refused.
#[test]
fn a_range_that_is_too_long_is_refused_before_it_is_made() {
    let started = std::time::Instant::now();
    for (start, end, step) in [("0", "1e93", "0.502"), ("1e93", "0", "-0.502"), ("0", "1000001", "1")] {
        let text = format!("[for i in range(2000) : try(range({start}, {end}, {step}), \"no\")][1999]");
        assert_eq!(shown(&text), "\"no\"");
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn an_empty_heredoc_is_refused_and_not_misread() {
    let error = parsed("[<<EOT\nEOT\n, <<EOT\nx\nEOT\n]").expect_err("misread");
    assert!(error.contains("an empty heredoc"), "{error}");
}

/// Shared parts make it easy to write down in a few lines what fills any memory once it is written out.
#[test]
fn values_that_double_at_each_step_are_refused() {
    for step in
        ["[a, a]", "{x = a, y = a}", "[for x in [1, 2] : a]", "concat([a], [a])", "merge({x = a}, {y = a})"]
    {
        let mut value = Value::string("a");
        let mut steps = 0;
        let problem = loop {
            steps += 1;
            assert!(steps < 100, "{step}");
            match run_in(step, &Scope::root().with("a", value)) {
                Ok(next) => value = next,
                Err(problem) => break problem,
            }
        };
        assert!(problem.contains("larger than 128 MiB"), "{step}: {problem}");
    }
    let deep = (0..300).try_fold(Value::NULL, |v, _| run_in("[a]", &Scope::root().with("a", v)));
    assert!(deep.expect_err("refused").contains("200 levels deep"));
}

#[test]
fn every_function_is_in_a_table() {
    let tables = [
        include_str!("console.tsv"),
        include_str!("console_differs.tsv"),
        include_str!("tests.rs"),
        include_str!("tests/answers.rs"),
    ]
    .concat();
    let missing: Vec<&str> =
        crate::config::functions::names().filter(|name| !tables.contains(&format!("{name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_raw_line_break_within_quotes_is_refused() {
    for text in ["\"a\nb\"", "\"a${1}\nb\"", "\"%{ if true }a\nb%{ endif }\"", "{\"a\nb\" = 1}"] {
        assert!(parsed(text).expect_err(text).contains("cannot go on on the next line"), "{text:?}");
    }
    assert_eq!(
        run("\"${[\n1\n][0]}\""),
        Ok(Value::number(1_i64)),
        "a line break within the interpolation is none"
    );
}

#[test]
fn references_are_those_from_outside() {
    for (text, wanted) in [
        ("var.a.b[0][\"k\"][each.key].c", "var.a.b[0][\"k\"][…].c each.key"),
        ("[for k, v in var.x : k == v ? local.y : v.z]", "var.x local.y"),
        ("\"${var.a}%{ for x in var.l }${x}${var.b}%{ endfor }\"", "var.a var.l var.b"),
        ("release.web[*].path", "release.web[*].path"),
        ("{(var.k) = f(var.v...), plain = plain}", "var.k var.v plain"),
        ("[for x in x : x][x.y]", "x x.y"),
        ("(a.b).c + -d", "a.b d"),
        ("{for k, v in a : k => v if b}[c]", "a b c"),
    ] {
        let found = parsed(text).expect(text).references();
        let found: Vec<String> = found.iter().map(|r| r.text(usize::MAX)).collect();
        assert_eq!(found.join(" "), wanted, "{text}");
    }
}

/// Pieces of expressions, to be put together at random.
fn fragment() -> impl Strategy<Value = &'static str> {
    let lines: Vec<&'static str> =
        include_str!("console.tsv").lines().filter_map(|l| l.split('\t').next()).collect();
    prop::sample::select(lines)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is cut out, doubled or swapped: a value or a message.
    #[test]
    fn nothing_panics(a in fragment(), b in fragment(), at in 0_usize..60, len in 0_usize..10, with in "\\PC{0,3}") {
        let (a, b) = (unescaped(a), unescaped(b));
        let mut letters: Vec<char> = a.chars().collect();
        let at = at.min(letters.len());
        let end = (at + len).min(letters.len());
        letters.splice(at..end, with.chars());
        let mutated: String = letters.into_iter().collect();
        // A doubled quote can make numbers that are long, but nothing that takes long.
        for text in [mutated.clone(), format!("{mutated} + {b}"), format!("[{b}, {mutated}]"), format!("\"${{{mutated}}}{b}\"")] {
            let _ = run(&text);
        }
    }

    /// What is converted once stays as it is when converted again.
    #[test]
    fn conversion_is_idempotent(text in fragment(), ty in prop::sample::select(vec![
        "string", "number", "bool", "any", "list(string)", "set(any)", "map(any)", "list(any)", "tuple([string])",
        "object({ a = optional(string, \"x\") })", "map(object({ a = optional(number) }))",
    ])) {
        let Ok(value) = run(&unescaped(text)) else { return Ok(()) };
        let ty = Type::from_expr(&parsed(ty).expect("valid")).expect("a type");
        if let Ok(once) = convert(&value, &ty) {
            prop_assert_eq!(convert(&once, &ty), Ok(once.clone()));
            prop_assert_eq!(once.is_sensitive(), value.is_sensitive() && once.is_sensitive());
        }
    }
}
