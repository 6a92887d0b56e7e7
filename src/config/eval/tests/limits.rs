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
