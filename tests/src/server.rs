//! The built page on a local address.
//!
//! Files lie under `/docs/amber/`, not at the root, so that every test also shows that the page works under a sub-path.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::Result;

/// Where the page lies on the server.
pub const SUB_PATH: &str = "/docs/amber/";

/// A server that lives as long as the test that started it.
///
/// One thread a connection and one answer a connection: small servers from elsewhere were tried and now and then left a second
/// connection of the browser waiting behind an idle first one.
pub struct Server {
    /// Address of the page, ending in `/`.
    pub url: String,
}

impl Server {
    /// Serves `folder` on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(folder: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let folder = folder.clone();
                // A browser that went away needs no answer.
                std::thread::spawn(move || answer(&folder, stream).ok());
            }
        });
        Ok(Self { url: format!("http://127.0.0.1:{port}{SUB_PATH}") })
    }
}

/// Reads one request and answers it.
fn answer(folder: &Path, mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let name = path.strip_prefix(SUB_PATH).unwrap_or("missing");
    let name = if name.is_empty() { "index.html" } else { name };
    let inside = !name.split('/').any(|part| part == "..");
    let (status, body) = match fs::read(folder.join(name)) {
        Ok(body) if inside => ("200 OK", body),
        _ => ("404 Not Found", Vec::new()),
    };
    let (kind, length) = (content_type(name), body.len());
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
