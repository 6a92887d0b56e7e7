//! The life cycle, and what is no request.

use crate::contract::scene::{Bench, hello, must_err};
use crate::contract::{Outcome, Stop};
use crate::message::{Argument, Description, Initialized, METHOD_NOT_FOUND, PROTOCOL, Protocol};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a provider may take to end.
const END: Duration = Duration::from_secs(5);

pub fn handshake(bench: &Bench) -> Outcome {
    let mut scene = bench.bare()?;
    let newer = Protocol { minor: PROTOCOL.minor + 7, ..PROTOCOL };
    let greeted: Initialized = scene.call("initialize", &hello(newer))?;
    if greeted.protocol.major != PROTOCOL.major {
        return Err(format!("it speaks protocol {}, not {}", greeted.protocol.major, PROTOCOL.major).into());
    }
    if greeted.provider.name.is_empty() || greeted.provider.version.is_empty() {
        return Err("its name or version is empty".into());
    }
    Ok(())
}

pub fn version(bench: &Bench) -> Outcome {
    let mut scene = bench.bare()?;
    let other = Protocol { major: 99, minor: 0 };
    let error =
        must_err(scene.peer.call::<Value>("initialize", &hello(other)), "asked to speak protocol 99.0")?;
    if error.message.is_empty() {
        return Err("its error has no message".into());
    }
    Ok(())
}

pub fn describe(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    let description: Description = scene.call("describe", &json!({}))?;
    for (name, kind) in &description.kinds {
        if !["dpkg", "rpm", "semver", "natural", "own"].contains(&kind.scheme.as_str()) {
            return Err(format!(
                "kind {name} has the version scheme {:?}; there are dpkg, rpm, semver, natural and own",
                kind.scheme
            )
            .into());
        }
        arguments(name, &kind.arguments)?;
    }
    for (name, kind) in &description.traffic {
        arguments(name, &kind.arguments)?;
    }
    let again: Description = scene.call("describe", &json!({}))?;
    if again == description { Ok(()) } else { Err("two descriptions differ".into()) }
}

fn arguments(name: &str, arguments: &BTreeMap<String, Argument>) -> Outcome {
    for (argument, schema) in arguments {
        if !is_type(&schema.ty) {
            return Err(format!("argument {name}.{argument} has no known type: {}", schema.ty).into());
        }
        if schema.required && schema.default.is_some() {
            return Err(format!("argument {name}.{argument} is required and has a default").into());
        }
    }
    Ok(())
}

/// Whether this is a type in Terraform's JSON encoding.
fn is_type(ty: &Value) -> bool {
    match ty {
        Value::String(name) => ["string", "number", "bool", "any"].contains(&name.as_str()),
        Value::Array(parts) => match (parts.first().and_then(Value::as_str), parts.get(1)) {
            (Some("list" | "set" | "map"), Some(of)) => is_type(of),
            (Some("object"), Some(Value::Object(of))) => of.values().all(is_type),
            (Some("tuple"), Some(Value::Array(of))) => of.iter().all(is_type),
            _ => false,
        },
        _ => false,
    }
}

pub fn unknown_fields(bench: &Bench) -> Outcome {
    let mut scene = bench.bare()?;
    let mut params = json!(hello(PROTOCOL));
    params["a_field_from_the_future"] = json!({ "nested": [1, null] });
    params["protocol"]["patch"] = json!(3);
    scene.call::<Initialized>("initialize", &params)?;
    let mut desired = json!(scene.desired(0, &bench.contract.to)?);
    desired["hint"] = json!("new");
    desired["subject"]["colour"] = json!("blue");
    scene.call::<Value>(
        "configure",
        &json!({ "alias": "", "arguments": bench.contract.provider, "new": true }),
    )?;
    scene.call::<Value>("read", &json!({ "components": [desired], "why": "to see" }))?;
    Ok(())
}

pub fn unknown_methods(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    let error =
        must_err(scene.peer.call::<Value>("levitate", &json!({})), "asked for a method that does not exist")?;
    if error.code != METHOD_NOT_FOUND {
        return Err(format!("the error's code is {}, not {METHOD_NOT_FOUND}", error.code).into());
    }
    // A notification that it does not know is not answered.
    scene.peer.say(br#"{"jsonrpc":"2.0","method":"levitated","params":{}}"#);
    scene.read(0).map(|_| ())
}

pub fn garbage(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    let lines: [&[u8]; 8] = [
        b"",
        b"hello",
        b"{",
        b"[]",
        b"42",
        b"\xff\xfe\x00",
        br#"{"jsonrpc":"2.0","id":900}"#,
        br#"{"id":901,"method":7}"#,
    ];
    for line in lines {
        scene.peer.say(line);
    }
    scene.peer.say(&vec![b'x'; 1 << 20]);
    scene.read(0).map(|_| ())
}

pub fn shutdown(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.call::<Value>("shutdown", &json!({}))?;
    ends(scene.peer.ends(END), "shutdown")
}

pub fn end_of_input(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.peer.close();
    ends(scene.peer.ends(END), "the end of its input")
}

fn ends(ended: bool, after: &str) -> Outcome {
    if ended { Ok(()) } else { Err(Stop::Failed(format!("it still runs {} s after {after}", END.as_secs()))) }
}
