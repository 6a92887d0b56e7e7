//! `data "http"`: what servers answer is an input of the plan; secrets go to nobody else; what fails is told.

mod lab;
mod server;

use lab::Lab;
use server::{Asked, Server, answer, certificates};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LEVEL: &str = r#"
variable "url" {}

data "http" "levels" {
  url = "${var.url}/levels.json"
  MORE
}

component "command" "note" {
  patch_level = jsondecode(data.http.levels.value).note
  read        = ["sh", "-c", "cat note 2>/dev/null || true"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > note"]
  lifecycle { allow_irreversible = true }
}
"#;

/// A server whose answer can be changed.
fn levels(first: &str) -> (Server, Arc<Mutex<String>>) {
    let says = Arc::new(Mutex::new(first.to_string()));
    let said = says.clone();
    let server = Server::plain(move |asked: &Asked| match asked.path() {
        "/levels.json" => answer("200 OK", "", said.lock().unwrap().as_bytes()),
        _ => answer("404 Not Found", "", b"there is nothing"),
    });
    (server, says)
}

fn lab(url: &str, more: &str) -> Lab {
    let lab = Lab::new(&LEVEL.replace("MORE", more));
    lab.write("patchform.pfvars", format!("url = \"{url}\"\n"));
    lab
}

const TWO: &str = "{\"note\": \"2.0\"}";

#[test]
fn an_answer_is_an_input_of_the_plan() {
    let (server, says) = levels(TWO);
    let lab = lab(&server.url(), "request_headers = { Accept = \"application/json\" }");
    let plan = lab.patchform("plan --out p").exits(0);
    plan.says("2.0");
    let plan: serde_json::Value = serde_json::from_str(&lab.patchform("show --json p").exits(0).out).unwrap();
    let input = &plan["inputs"].as_array().expect("a list")[0];
    assert_eq!(input["is"], "answer");
    assert_eq!(input["path"], format!("{}/levels.json", server.url()));
    assert!(input["sha256"].is_null(), "a plain digest tells a short answer to whoever can guess: {input}");
    assert_eq!(input["hmac_sha256"].as_str().map(str::len), Some(64));

    *says.lock().unwrap() = "{\"note\": \"3.0\"}".to_string();
    let refused = lab.patchform("apply p").exits(6);
    refused.says("levels.json answers something else than when the plan was made").says("plan --out FILE");
    assert_eq!(lab.read("note"), "", "nothing was begun");
    // What it says is the same again: it is the plan that was reviewed.
    *says.lock().unwrap() = TWO.to_string();
    lab.patchform("apply p").exits(0);
    assert_eq!(lab.read("note"), "2.0");
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.header("accept") == Some("application/json")), "{asked:?}");
}

#[test]
fn without_the_server_a_plan_is_applied_only_where_its_answer_is_pinned() {
    let pin = format!("sha256 = \"{}\"", patchform_sdk::digest::of_bytes(TWO.as_bytes()));
    for (more, code) in [("", 6), (pin.as_str(), 0)] {
        let (server, _) = levels(TWO);
        let lab = lab(&server.url(), more);
        lab.patchform("plan --out p").exits(0);
        drop(server);
        let applied = lab.patchform("apply p").exits(code);
        if code == 6 {
            applied.says("levels.json cannot be read any more").says("with sha256 in that block");
        }
    }
}

#[test]
fn a_secret_goes_to_its_server_alone_and_is_never_shown() {
    let followed = Arc::new(AtomicBool::new(false));
    let noted = followed.clone();
    let elsewhere = Server::plain(move |_| {
        noted.store(true, Ordering::SeqCst);
        answer("200 OK", "", b"stolen")
    });
    let to = elsewhere.url();
    let server = Server::plain(move |asked: &Asked| match asked.path() {
        "/moved" => answer("302 Found", &format!("Location: {to}/\r\n"), b"over there"),
        "/echo" => answer("500 No", "", format!("you said {:?}", asked.header("x-token")).as_bytes()),
        _ => answer("200 OK", "", asked.header("x-token").unwrap_or("nobody").as_bytes()),
    });
    let text = |path: &str, secret: &str| {
        format!(
            "variable \"token\" {{\n  default   = \"t0p-secret\"\n  sensitive = true\n}}\n\
             data \"http\" \"a\" {{\n  url             = \"{}{path}\"\n  request_headers = {{ X-Token = {secret} }}\n}}\n\
             output \"whole\" {{\n  value     = data.http.a.value\n  sensitive = true\n}}\n\
             output \"length\" {{\n  value = nonsensitive(length(data.http.a.value) > 0)\n}}\n",
            server.url()
        )
        .replace("length(data.http.a.value)", "strlen(data.http.a.value)")
    };
    let lab = Lab::new(&text("/", "var.token"));
    let plan = lab.patchform("plan --out p").exits(0);
    plan.says("(sensitive value)").does_not_say("t0p-secret");
    assert_eq!(server.asked()[0].header("x-token"), Some("t0p-secret"));
    let stored = std::fs::read(lab.path("p")).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("t0p-secret"));
    let json = lab.patchform("show --json p").exits(0);
    json.does_not_say("t0p-secret").says("\"inputs\":[]");

    // Unless the configuration says that the output is secret, its value may not leave.
    lab.write("main.pf.hcl", text("/", "var.token").replace("  sensitive = true\n}\noutput", "}\noutput"));
    lab.patchform("plan").exits(1).says("sensitive");

    lab.write("main.pf.hcl", text("/moved", "var.token"));
    let told = lab.patchform("plan").exits(1);
    told.says("It answered 302, expected 200").says("followed with a secret in the headers");
    assert!(!followed.load(Ordering::SeqCst), "the other server was not asked");
    lab.write("main.pf.hcl", text("/echo", "var.token"));
    let told = lab.patchform("plan").exits(1);
    told.says("It answered 500, expected 200").does_not_say("t0p-secret").does_not_say("you said");

    // Without a secret, redirections are followed.
    lab.write("main.pf.hcl", text("/moved", "\"open\"").replace("nonsensitive(strlen", "(strlen"));
    lab.patchform("plan").exits(0);
    assert!(followed.load(Ordering::SeqCst));
}

#[test]
fn what_cannot_be_read_is_told_with_its_reason() {
    let server = Server::plain(|asked: &Asked| match asked.path() {
        "/levels.json" => answer("200 OK", "", &[b'x'; 2000]),
        "/slow" => {
            std::thread::sleep(Duration::from_millis(1500));
            answer("200 OK", "", b"late")
        }
        "/bytes" => answer("200 OK", "", &[0xff, 0xfe]),
        _ => answer("404 Not Found", "", b"no such page\nat all"),
    });
    let gone = Server::plain(|_| Vec::new()).url();
    let refused = |url: &str, more: &str| {
        let lab = Lab::new(&format!("data \"http\" \"a\" {{\n  url = \"{url}\"\n  {more}\n}}\n"));
        lab.patchform("validate").exits(1)
    };
    let here = |path: &str| format!("{}{path}", server.url());
    refused(&here("/none"), "")
        .says("It answered 404, expected 200: no such page.")
        .says("/none cannot be read");
    refused(&here("/levels.json"), "max_bytes = 1999").says("longer than 1999 bytes, which max_bytes allows");
    refused(&here("/levels.json"), "expect_status = 404").says("It answered 200, expected 404");
    refused(&here("/slow"), "timeout = \"300ms\"").says("It did not answer within 300ms");
    refused(&here("/bytes"), "").says("It is not UTF-8");
    refused(&here("/levels.json"), &format!("sha256 = \"{}\"", "0".repeat(64)))
        .says("holds something else now")
        .says(&patchform_sdk::digest::of_bytes(&[b'x'; 2000]));
    refused(&format!("{gone}/x"), "").says("/x cannot be read").says("efused");
    refused("ftp://example.org/x", "").says("begins with http:// or https://");
    refused("http://me:word@127.0.0.1/x", "").says("holds a name or a password").says("base64encode");
    refused(&here("/x"), "sha256 = \"abc\"").says("64 hexadecimal digits");
    refused(&here("/x"), "request_headers = { \"a b\" = \"c\" }").says("The header \"a b\" cannot be sent");
    refused(&here("/x"), "request_headers = { a = \"b\\nc\" }").says("has a line break");
    refused(&here("/x"), "request_headers = [1]").says("\"request_headers\" must be a map of strings");
    refused(&here("/x"), "ca_cert_pem = \"none\"").says("holds no certificate in PEM");
}

#[test]
fn a_server_with_a_certificate_of_an_authority_of_ones_own() {
    let lab = Lab::empty();
    certificates(&lab.path(""));
    let server = Server::secure(&lab.path(""), |_| answer("200 OK", "", b"trusted"));
    let text = |more: &str| {
        format!(
            "data \"http\" \"a\" {{\n  url = \"{}/\"\n  {more}\n}}\noutput \"a\" {{ value = data.http.a.value }}\n",
            server.url()
        )
    };
    lab.write("main.pf.hcl", text(""));
    lab.patchform("plan").exits(1).says("Its certificate is not trusted").says("ca_cert_pem");
    assert!(server.asked().is_empty(), "nothing was said to a server that nobody vouches for");
    lab.write("main.pf.hcl", text("ca_cert_pem = file(\"ca.pem\")"));
    lab.patchform("plan").exits(0).says("trusted");
}
