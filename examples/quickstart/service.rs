//! A small real service for the quickstart: it serves what its release says, and is healthy only while every
//! service that it needs speaks a protocol that it understands.
//!
//! `quickstart-service RELEASE_FOLDER PORT` reads `RELEASE_FOLDER/service.conf`, listens on 127.0.0.1 and answers
//! `/healthz`, `/version` and `/protocol`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port] = arguments.as_slice() else {
        eprintln!("usage: quickstart-service RELEASE_FOLDER PORT");
        return ExitCode::FAILURE;
    };
    match serve(folder, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("quickstart-service: {why}");
            ExitCode::FAILURE
        }
    }
}

fn serve(folder: &str, port: &str) -> Result<(), String> {
    let path = format!("{folder}/service.conf");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let conf = parse(&text);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).map_err(|e| format!("port {port}: {e}"))?;
    for stream in listener.incoming().flatten() {
        // A client that goes away is no reason to stop serving.
        let _ = answer(stream, &conf);
    }
    Ok(())
}

/// `key = value` lines; `#` starts a comment.
fn parse(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_string(), value.trim().to_string()))
        .collect()
}

fn answer(stream: TcpStream, conf: &BTreeMap<String, String>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut line = String::new();
    BufReader::new(&stream).take(4096).read_line(&mut line)?;
    let value = |key: &str| conf.get(key).cloned().unwrap_or_default();
    let (status, body) = match line.split_whitespace().nth(1).unwrap_or("") {
        "/healthz" => match ill(&value("needs")) {
            None => ("200 OK", format!("{} {} is well", value("name"), value("version"))),
            Some(why) => ("503 Service Unavailable", why),
        },
        "/version" => ("200 OK", value("version")),
        "/protocol" => ("200 OK", value("protocol")),
        _ => ("404 Not Found", "no such page".into()),
    };
    let length = body.len() + 1;
    write!(&stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}\n")
}

/// Why it is not well: `needs` is `name port protocol` for each service it calls, separated by commas.
fn ill(needs: &str) -> Option<String> {
    needs.split(',').map(str::trim).filter(|need| !need.is_empty()).find_map(|need| {
        let mut words = need.split_whitespace();
        let (name, port, wanted) = (words.next()?, words.next()?, words.next()?);
        match protocol(port) {
            Ok(spoken) if spoken == wanted => None,
            Ok(spoken) => Some(format!("{name} speaks protocol {spoken}, this release needs {wanted}")),
            Err(why) => Some(format!("{name} does not answer: {why}")),
        }
    })
}

fn protocol(port: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /protocol HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text.rsplit("\r\n\r\n").next().unwrap_or("").trim().to_string())
}
