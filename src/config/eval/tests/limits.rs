//! What an expression may cost.

use super::*;
use std::time::{Duration, Instant};

/// Far more than it takes, far less than it took.
const ENOUGH: Duration = Duration::from_secs(60);

#[test]
fn what_grows_too_large_is_refused_before_it_is_made() {
    for text in [
        "length([for a in range(1000) : [for b in range(100) : local.nodes]])",
        "length({ for a in range(1000) : a => [for b in range(100) : local.nodes] })",
        "length({ for a in range(1000) : \"a\" => [for b in range(100) : local.nodes]... })",
        "length([[for a in range(100) : local.nodes], [for b in range(100) : local.nodes], [for c in range(100) : local.nodes]])",
    ] {
        let names = Names { nodes: Value::string("x".repeat(1 << 20)), asked: AtomicUsize::new(0) };
        let problem = run_in(text, &Scope::root().resolver(&names)).expect_err(text);
        let asked = names.asked.load(Ordering::Relaxed);
        assert!(asked <= 210, "{asked} of {text}: {problem}");
    }
}

#[test]
fn results_beyond_the_bounds_are_refused() {
    let scope = Scope::root()
        .with("half", Value::list((0..600_000i64).map(Value::number).collect()))
        .with("long", Value::string("x".repeat(1 << 20)))
        .with("commas", Value::string(",".repeat(1_000_001)))
        .with("json", Value::string(format!("[{}0]", "0,".repeat(1_000_000))));
    for text in [
        "concat(half, half)",
        "flatten([half, [half]])",
        "setproduct(half, [1, 2])",
        "setproduct([for i in range(20) : [0, 1]]...)",
        "setproduct([for i in range(200) : i], [for i in range(200) : long])",
        "formatlist(\"%s\", [for i in range(200) : i < 0 ? \"\" : long])",
        "formatlist(\"%d %s\", range(200), long)",
        "split(\",\", commas)",
        "split(\"\", commas)",
        "regexall(\",\", commas)",
        "jsondecode(json)",
        "join(\"\", [for i in range(200) : long])",
        "merge([for i in range(200) : { a = long }]...)",
        "range(1000001)",
    ] {
        let problem = run_in(text, &scope).expect_err(text);
        let why = ["elements", "128 MiB", "64 MiB", "1000000 numbers"];
        assert!(why.iter().any(|why| problem.contains(why)), "{text}: {problem}");
    }
}

#[test]
fn a_failure_that_nobody_sees_costs_nothing() {
    let started = Instant::now();
    let all = "{ for i in range(20000) : \"node-eu-west-${i}\" => { ip = i } }";
    let all = run(all).expect("an object");
    for text in [
        "[for i in range(5000) : try(a[\"node-eu-east-${i}\"].ip, 0)][4999]",
        "[for i in range(5000) : can(a[\"node-eu-east-${i}\"]) ? 1 : 0][4999]",
        "[for i in range(5000) : try(a.node-eu-east, 0)][4999]",
    ] {
        assert_eq!(run_in(text, &Scope::root().with("a", all.clone())), Ok(Value::number(0i64)), "{text}");
    }
    assert!(started.elapsed() < ENOUGH, "{:?}", started.elapsed());
}

#[test]
fn failures_within_failures_are_not_told_again_and_again() {
    let started = Instant::now();
    let text = format!("try({}nope{}, 1)", "try(".repeat(50), ")".repeat(50));
    assert_eq!(run(&text), Ok(Value::number(1i64)));
    let text = format!("{}nope{}", "try(".repeat(50), ")".repeat(50));
    assert!(run(&text).is_err());
    assert!(started.elapsed() < ENOUGH, "{:?}", started.elapsed());
}

#[test]
fn splats_behind_splats_take_no_room_of_their_own() {
    for (splat, count) in [(".*", 200_000), ("[*]", 300_000)] {
        let text = format!("a{}", splat.repeat(count));
        let read = run_in(&text, &Scope::root().with("a", Value::number(1i64)));
        match splat {
            ".*" => assert_eq!(read, Ok(Value::tuple(vec![Value::number(1i64)]))),
            _ => assert!(read.expect_err("too deep").contains("too deeply")),
        }
    }
}
