//! The few WebDriver calls that the tests need, over plain HTTP.
//!
//! *Source*: W3C WebDriver. Waiting is asking again until a deadline, never a fixed sleep.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::Result;

/// How long a condition may take before it counts as failed.
const PATIENCE: Duration = Duration::from_mins(1);
/// Flags under which Chromium runs headless as any user and calls nobody.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
];

/// A browser with one window.
pub struct Browser {
    driver: Child,
    base: String,
}

impl Browser {
    /// Starts ChromeDriver and a window. `CHROMEDRIVER` and `CHROMIUM` name the programs where they are not on PATH.
    ///
    /// # Errors
    /// When either does not start.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut driver = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let port = driver_port(&mut driver)?;
        let address = format!("http://127.0.0.1:{port}");
        let mut options = json!({ "args": FLAGS });
        if let Ok(chromium) = std::env::var("CHROMIUM") {
            options["binary"] = Value::String(chromium);
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let answer = post(&format!("{address}/session"), &wanted)?;
        let session = answer["sessionId"].as_str().ok_or("no session")?.to_owned();
        let browser = Self { driver, base: format!("{address}/session/{session}") };
        browser.resize(width, height)?;
        Ok(browser)
    }

    /// Makes the page's area this large. *Units*: CSS pixels.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn resize(&self, width: u32, height: u32) -> Result {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
    }

    /// Asks for light or dark, and for no motion: what is halfway between two colours has neither's contrast.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn scheme(&self, scheme: &str) -> Result {
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] }),
        )
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, url: &str) -> Result {
        self.post("url", &json!({ "url": url })).map(drop)
    }

    /// Runs a script in the page; its `return` value.
    ///
    /// # Errors
    /// When the script throws.
    pub fn script(&self, text: &str) -> Result<Value> {
        self.post("execute/sync", &json!({ "script": text, "args": [] }))
    }

    /// Runs a script that calls its last argument with its answer.
    ///
    /// # Errors
    /// When the script throws, or never answers.
    pub fn script_async(&self, text: &str) -> Result<Value> {
        self.post("execute/async", &json!({ "script": text, "args": [] }))
    }

    /// Types into what has the focus; `\u{e007}` is Enter.
    ///
    /// # Errors
    /// When the element is not there.
    pub fn keys(&self, selector: &str, text: &str) -> Result {
        let element =
            self.post("element", &json!({ "using": "css selector", "value": selector }))?;
        let id =
            element.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        let id = id.ok_or("no element")?;
        self.post(&format!("element/{id}/value"), &json!({ "text": text })).map(drop)
    }

    /// Clicks the first element of a selector.
    ///
    /// # Errors
    /// When it is not there or covered.
    pub fn click(&self, selector: &str) -> Result {
        let element =
            self.post("element", &json!({ "using": "css selector", "value": selector }))?;
        let id =
            element.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        let id = id.ok_or("no element")?;
        self.post(&format!("element/{id}/click"), &json!({})).map(drop)
    }

    /// Asks until the script answers `true`.
    ///
    /// # Errors
    /// With the page's text when the answer stays away.
    pub fn until(&self, what: &str, script: &str) -> Result {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.script(script)? == Value::Bool(true) {
                return Ok(());
            }
        }
        let text = self.script("return document.body.innerText")?;
        Err(format!(
            "waited in vain for {what}; the page says:\n{}",
            text.as_str().unwrap_or_default()
        )
        .into())
    }

    /// Whether a text stands in the page.
    ///
    /// # Errors
    /// As [`Browser::until`].
    pub fn until_text(&self, text: &str) -> Result {
        let quoted = Value::String(text.to_owned());
        self.until(text, &format!("return document.body.innerText.includes({quoted})"))
    }

    /// A picture of the page, as PNG.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn picture(&self) -> Result<Vec<u8>> {
        let url = format!("{}/screenshot", self.base);
        let mut answer = ureq::get(&url).call()?;
        let body: Value = answer.body_mut().with_config().limit(64 << 20).read_json()?;
        let text = body["value"].as_str().ok_or("no picture")?;
        Ok(base64::engine::general_purpose::STANDARD.decode(text)?)
    }

    /// What the console said at the level of errors since the last call.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.post("se/log", &json!({ "type": "browser" }))?;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        Ok(severe.map(|entry| entry["message"].to_string()).collect())
    }

    fn devtools(&self, command: &str, params: &Value) -> Result {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": params })).map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        post(&format!("{}/{path}", self.base), body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A window that is already closed needs no closing; the driver ends either way.
        let _closed = ureq::delete(&self.base).call();
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

/// Writes a picture.
///
/// # Errors
/// When the file cannot be written.
pub fn save(bytes: &[u8], file: &Path) -> Result {
    use std::io::Write as _;
    File::create(file)?.write_all(bytes)?;
    Ok(())
}

fn post(url: &str, body: &Value) -> Result<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into();
    let mut answer = agent.post(url).send_json(body)?;
    let answer: Value = answer.body_mut().with_config().limit(64 << 20).read_json()?;
    if let Some(error) = answer["value"]["error"].as_str() {
        return Err(format!("{error}: {}", answer["value"]["message"]).into());
    }
    Ok(answer["value"].clone())
}

/// The port that ChromeDriver says it listens on.
fn driver_port(driver: &mut Child) -> Result<u16> {
    let stdout = driver.stdout.take().ok_or("no output of the driver")?;
    let mut lines = BufReader::new(stdout).lines();
    for line in &mut lines {
        let line = line?;
        if let Some(port) = line.strip_suffix('.').and_then(|line| line.rsplit("on port ").next())
            && line.contains("started successfully")
        {
            let port = port.parse()?;
            // The pipe must stay open, or the driver ends at its next word.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(port);
        }
    }
    Err("ChromeDriver did not say its port".into())
}
