//! Feeds of servers: asked only for what is new; slow, large, broken and dead ones harm no other feed.

use crate::published::{epss, kev, osv};
use crate::server::{Server, answer};
use crate::{Lab, Tells as _, blocks, feed, ids, with};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn a_server_is_asked_only_for_what_is_new() {
    let edition = Arc::new(AtomicUsize::new(1));
    let published = edition.clone();
    let server = Server::plain(move |asked| {
        let now = published.load(Ordering::SeqCst);
        let tag = format!("\"edition-{now}\"");
        if asked.header("if-none-match") == Some(&tag) {
            return answer("304 Not Modified", "", b"");
        }
        let body = osv("DSA-1", "openssl", &format!("\"summary\": \"{now}\","));
        answer(
            "200 OK",
            &format!("ETag: {tag}\r\nLast-Modified: Thu, 26 Nov 2026 00:00:00 GMT\r\n"),
            body.as_bytes(),
        )
    });
    let lab = with(&[("osv", "a", &format!("{}/all.json", server.url()), "")]);
    let first = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&first, "a")["outcome"], "new");
    let second = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&second, "a")["outcome"], "unchanged");
    edition.store(2, Ordering::SeqCst);
    let third = lab.patchform("collect --json").exits(0);
    assert_eq!((&feed(&third, "a")["outcome"], &feed(&third, "a")["changed"]), (&"new".into(), &1.into()));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!((asked[0].header("if-none-match"), asked[0].header("if-modified-since")), (None, None));
    assert_eq!(asked[1].header("if-none-match"), Some("\"edition-1\""));
    assert_eq!(asked[1].header("if-modified-since"), Some("Thu, 26 Nov 2026 00:00:00 GMT"));
    // Another digest in the block is another question: the last copy does not answer it.
    let block = format!("{}/all.json", server.url());
    lab.write("main.pf.hcl", blocks(&[("osv", "a", &block, &format!("sha256 = \"{}\"", "0".repeat(64)))]));
    lab.patchform("collect")
        .exits(1)
        .tells("the feed block wants 0000")
        .tells("Its last good copy counts still");
    assert_eq!(server.asked()[3].header("if-none-match"), None);
}

#[test]
fn one_broken_server_harms_no_other_feed() {
    let server = Server::plain(|asked| match asked.path() {
        "/good" => answer("200 OK", "", osv("DSA-1", "openssl", "").as_bytes()),
        "/cut" => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n{\"id\": \"DSA".to_vec()
        }
        "/slow" => {
            std::thread::sleep(std::time::Duration::from_secs(3));
            answer("200 OK", "", b"{}")
        }
        "/huge" => answer("200 OK", "", &vec![b' '; 3 << 20]),
        // One that is small on its way, and 200 MiB when it is unpacked.
        "/packed" => answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(200)),
        "/torn" => {
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n40\r\n{\"id\": \"DS"
                .to_vec()
        }
        "/hung" => Vec::new(),
        // Without a length beforehand.
        "/endless" => {
            [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), vec![b' '; 3 << 20]].concat()
        }
        "/secret?token=hunter2" => answer("403 Forbidden", "", b"no"),
        "/moved" => answer("302 Found", "Location: /good\r\n", b""),
        "/circle" | "/circle?hunter2" => answer("302 Found", "Location: /circle?hunter2\r\n", b""),
        "/proxy" => answer("407 Proxy Authentication Required", "", b"no"),
        "/busy" => answer("503 Busy", "Retry-After: 120\r\n", b""),
        "/page" => answer("200 OK", "Content-Type: text/html\r\n", b"<html>please log in</html>"),
        _ => answer("404 Not Found", "", b"nothing"),
    });
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/x", listener.local_addr().unwrap())
    };
    let url = |path: &str| format!("{}{path}", server.url());
    let lab = with(&[
        ("osv", "good", &url("/good"), ""),
        ("osv", "moved", &url("/moved"), ""),
        ("osv", "cut", &url("/cut"), ""),
        ("osv", "torn", &url("/torn"), ""),
        ("osv", "hung", &url("/hung"), ""),
        ("osv", "slow", &url("/slow"), "timeout = \"1s\""),
        ("osv", "huge", &url("/huge"), "max_size = 1"),
        ("osv", "endless", &url("/endless"), "max_size = 1"),
        ("osv", "packed", &url("/packed"), "max_size = 1"),
        ("osv", "secret", &url("/secret?token=hunter2"), ""),
        ("osv", "page", &url("/page"), ""),
        ("osv", "circle", &url("/circle"), ""),
        ("osv", "busy", &url("/busy"), ""),
        ("osv", "proxy", &url("/proxy"), ""),
        ("osv", "nothing", &url("/nothing"), ""),
        ("osv", "dead", &dead, ""),
    ]);
    let ran = lab.patchform("collect --json").exits(1).does_not_say("hunter2");
    for (name, why) in [
        ("slow", "no whole answer came within 1s"),
        ("huge", "larger than 1 MiB"),
        ("endless", "larger than 1 MiB"),
        ("packed", "larger than 1 MiB"),
        ("secret", "the server answered 403"),
        ("page", "what came is a web page"),
        ("circle", "it leads on more than 5 times"),
        ("busy", "the server answered 503"),
        ("nothing", "it is not there"),
        ("dead", "connection refused"),
        ("cut", "its answer broke off after 11 of 5000 bytes"),
        ("torn", "its answer broke off after 10 bytes"),
        ("hung", "it hung up and did not answer"),
    ] {
        let told = feed(&ran, name);
        let problem = told["problem"].as_str().unwrap_or_default();
        assert!(told["outcome"] == "failed" && problem.contains(why), "{name}: {told}");
    }
    assert_eq!(
        (&feed(&ran, "good")["outcome"], &feed(&ran, "moved")["outcome"]),
        (&"new".into(), &"new".into())
    );
    assert_eq!(ids(&lab), ["DSA-1", "DSA-1"]);
    let text = lab.patchform("collect").exits(1).does_not_say("hunter2");
    let text = text.tells("/secret?…").tells("a slow but good server is given more time by `timeout`");
    text.tells("it wants to be asked again in 2m")
        .tells("it may lead in a circle")
        .tells("`https_proxy` and `http_proxy` name it")
        .tells("allow more MiB by `max_size`");
}

#[test]
fn nothing_of_a_sensitive_source_is_shown_or_stored() {
    let server = Server::plain(|asked| match asked.path() {
        "/t0ken/good?key=hunter2" => answer("200 OK", "", osv("DSA-1", "openssl", "").as_bytes()),
        _ => answer("404 Not Found", "", b""),
    });
    let text = format!(
        "variable \"token\" {{\n  type = string\n  sensitive = true\n}}\nfeed \"osv\" \"a\" {{\n  source = \"{0}/${{var.token}}/good?key=hunter2\"\n}}\n\
         feed \"osv\" \"b\" {{\n  source = \"{0}/${{var.token}}/gone\"\n}}\nfeed \"osv\" \"c\" {{\n  source = \"{0}/good?key=hunter2\"\n}}\n",
        server.url()
    );
    let lab = Lab::new(&text);
    for line in ["collect", "collect --json", "collect --feed a --export a.tar.gz"] {
        let mut command = lab.patchform_command(line);
        let ran = crate::Ran::of(command.env("PF_VAR_token", "t0ken").output().expect("it starts"));
        ran.does_not_say("t0ken").does_not_say("hunter2");
    }
    assert_eq!(ids(&lab), ["DSA-1"]);
    let stored = std::fs::read(lab.path(".patchform/catalog.db")).unwrap();
    for secret in ["t0ken", "hunter2"] {
        assert!(!stored.windows(secret.len()).any(|at| at == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_refresh_without_news_costs_little() {
    let server = Server::plain(|asked| match asked.header("if-none-match") {
        Some("\"1\"") => answer("304 Not Modified", "", b""),
        _ => match asked.path() {
            "/kev" => answer("200 OK", "ETag: \"1\"\r\n", kev(1400, "2026-11-20T00:00:00Z").as_bytes()),
            _ => answer("200 OK", "ETag: \"1\"\r\n", epss(20_000, "2026-11-26").as_bytes()),
        },
    });
    let lab = with(&[
        ("kev", "kev", &format!("{}/kev", server.url()), ""),
        ("epss", "epss", &format!("{}/epss", server.url()), ""),
    ]);
    lab.patchform("collect").exits(0);
    // A shell tells what its own children took; those of other tests do not count.
    let script = format!("{} collect && times", env!("CARGO_BIN_EXE_patchform"));
    let ran =
        crate::Ran::of(lab.command(std::path::Path::new("sh"), &["-c", &script]).output().expect("a shell"));
    let ran = ran.exits(0).tells("nothing new");
    let spent: u64 = ran.out.lines().last().expect("times").split(' ').map(milliseconds).sum();
    // 50 ms each in a release build, start of the program included; this one is not optimized.
    assert!(spent < 200, "{spent} ms of CPU");
}

/// So many MiB of zeros, packed.
fn gzip(mib: usize) -> Vec<u8> {
    let script = format!("head -c {} /dev/zero | gzip", mib << 20);
    std::process::Command::new("sh").args(["-c", &script]).output().unwrap().stdout
}

/// `1m2.345s`, as `times` of a shell prints it.
fn milliseconds(text: &str) -> u64 {
    let (minutes, seconds) = text.trim_end_matches('s').split_once('m').expect("minutes");
    let seconds: f64 = seconds.parse().expect("seconds");
    minutes.parse::<u64>().expect("minutes") * 60_000 + (seconds * 1000.0) as u64
}
