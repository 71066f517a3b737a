//! The built page on a local address.
//!
//! Files lie under `/docs/amber/`, not at the root, so that every test also shows that the page works under a sub-path.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Result;

/// Where the page lies on the server.
pub const SUB_PATH: &str = "/docs/amber/";

/// A server that lives as long as this value.
pub struct Server {
    http: Arc<tiny_http::Server>,
    /// Address of the page, ending in `/`.
    pub url: String,
}

impl Server {
    /// Serves `folder` on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(folder: PathBuf) -> Result<Self> {
        let http = tiny_http::Server::http("127.0.0.1:0").map_err(|cause| cause.to_string())?;
        let http = Arc::new(http);
        let port = http.server_addr().to_ip().map_or(0, |address| address.port());
        let worker = Arc::clone(&http);
        std::thread::spawn(move || {
            for request in worker.incoming_requests() {
                let answer = answer(&folder, request.url());
                // A browser that went away needs no answer.
                let _gone = request.respond(answer);
            }
        });
        Ok(Self { http, url: format!("http://127.0.0.1:{port}{SUB_PATH}") })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.http.unblock();
    }
}

fn answer(folder: &std::path::Path, url: &str) -> tiny_http::Response<std::io::Cursor<Vec<u8>>> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.strip_prefix(SUB_PATH).unwrap_or("missing");
    let name = if name.is_empty() { "index.html" } else { name };
    let inside = !name.split('/').any(|part| part == "..");
    match fs::read(folder.join(name)) {
        Ok(bytes) if inside => {
            let mut response = tiny_http::Response::from_data(bytes);
            if let Ok(header) = tiny_http::Header::from_bytes("Content-Type", content_type(name)) {
                response.add_header(header);
            }
            response
        }
        _ => tiny_http::Response::from_data(Vec::new()).with_status_code(404),
    }
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
