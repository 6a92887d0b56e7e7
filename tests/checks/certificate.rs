//! An http check looks at how long the certificates of its server still hold: `openssl s_server`, with a short-lived one.

use super::lab::Lab;
use super::server::certificates;
use super::{flat, free_port, ready, shop};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server of TLS; ended when it is dropped.
struct Server {
    port: u16,
    child: Child,
}

impl Server {
    /// One whose certificate holds for two days, by an authority of its own.
    fn start(lab: &Lab) -> Server {
        certificates(&lab.path(""));
        let port = free_port();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-cert", "server.pem", "-key", "server.key", "-accept"])
            .arg(port.to_string())
            .current_dir(lab.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl starts");
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "openssl does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        Server { port, child }
    }

    fn check(&self, more: &str) -> String {
        format!(
            "check \"http\" \"front\" {{\n url = \"https://127.0.0.1:{}/\"\n within = \"0s\"\n {more}\n}}",
            self.port
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const TRUSTED: &str = "ca_cert_pem = file(\"ca.pem\")\n ";

#[test]
fn a_certificate_that_ends_soon_is_ill() {
    let lab = ready();
    let server = Server::start(&lab);
    let more = |valid_for: &str| server.check(&format!("{TRUSTED}valid_for = \"{valid_for}\""));
    lab.write("main.pf.hcl", shop("1.1", &more("14d")));
    let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
    for says in [
        "ill already before its patch: check \"front\": http GET https://127.0.0.1:",
        "answered 200, but a certificate of its server holds until 2",
        "more; it is to hold for 14d",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert_eq!(lab.read("shop"), "1.0");

    // Told and nothing more, where it is only wanted.
    lab.write("main.pf.hcl", shop("1.1", &more("14d\"\n need = \"wanted")));
    let said = flat(&lab.patchform("apply --auto-approve").exits(0).out);
    assert!(said.contains("check \"front\" is ill before the patch: http GET"), "{said}");
    assert_eq!(lab.read("shop"), "1.1");

    // It holds for long enough.
    lab.write("main.pf.hcl", shop("1.2", &more("1d")));
    lab.patchform("apply --auto-approve").exits(0).does_not_say("certificate");
    assert_eq!(lab.read("shop"), "1.2");
}

/// A patch that brings a certificate that ends soon is taken back.
#[test]
fn a_patch_that_shortens_a_certificate_goes_back() {
    let lab = ready();
    let server = Server::start(&lab);
    // Another one at its port: at 1.1 with that certificate, else with one for longer.
    let port = server.port;
    drop(server);
    let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -extfile names -days 90 -out long.pem";
    let signed = lab.command("openssl".as_ref(), &sign.split(' ').collect::<Vec<_>>()).output().unwrap();
    assert!(signed.status.success(), "{signed:?}");
    let serve = format!(
        "[ ! -e s.pid ] || kill $(cat s.pid); sleep 0.3; case $(cat shop) in 1.1) c=server.pem;; *) c=long.pem;; esac; \
         openssl s_server -quiet -www -cert $c -key server.key -accept {port} </dev/null >/dev/null 2>&1 & echo $! > s.pid; sleep 0.5"
    );
    lab.write("after-patch", &serve);
    lab.write("serve", &serve);
    let start = || assert!(lab.command("sh".as_ref(), &["serve"]).status().unwrap().success());
    start();
    let check = format!(
        "check \"http\" \"front\" {{\n url = \"https://127.0.0.1:{port}/\"\n interval = \"100ms\"\n within = \"2s\"\n \
         {TRUSTED}valid_for = \"14d\"\n need = \"kept\"\n}}"
    );
    let text = shop("1.1", &check);
    let text = text.replace("rm -f \\\"$NAME\\\"; fi", "rm -f \\\"$NAME\\\"; fi; sh serve");
    lab.write("main.pf.hcl", text);
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    lab.command("sh".as_ref(), &["-c", "kill $(cat s.pid)"]).status().unwrap();
    assert!(said.contains("was not ill before: http GET https://127.0.0.1:"), "{said}");
    assert!(said.contains("holds until 2"), "{said}");
    assert_eq!(lab.read("shop"), "1.0");
}

#[test]
fn an_authority_that_nobody_knows_and_what_is_written_wrong_are_told() {
    let lab = ready();
    let server = Server::start(&lab);
    // Mozilla's list does not have it, and other certificates do not vouch for it.
    for more in ["", "ca_cert_pem = file(\"server.pem\")"] {
        lab.write("main.pf.hcl", shop("1.1", &server.check(more)));
        let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
        assert!(said.contains("certificate"), "{said}");
    }
    lab.write("other.pem", "no certificate");
    for (more, says) in [
        ("url = \"http://127.0.0.1/\"\n valid_for = \"14d\"", "\"valid_for\" is about a certificate"),
        (
            "url = \"http://127.0.0.1/\"\n ca_cert_pem = file(\"ca.pem\")",
            "\"ca_cert_pem\" is about a certificate",
        ),
        ("url = \"https://127.0.0.1/\"\n valid_for = \"soon\"", "\"valid_for\" must be a length of time"),
        (
            "url = \"https://127.0.0.1/\"\n ca_cert_pem = file(\"other.pem\")",
            "\"ca_cert_pem\" holds no certificate",
        ),
    ] {
        lab.write("main.pf.hcl", shop("1.1", &format!("check \"http\" \"front\" {{\n {more}\n}}")));
        lab.patchform("validate").exits(1).says(says);
    }
}
