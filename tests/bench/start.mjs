// Cold starts in headless Chromium: from the navigation to the first answer. `node start.mjs ROUNDS` prints JSON.
//
// ChromeDriver is spoken to over plain HTTP; `CHROMEDRIVER` and `CHROMIUM` name the programs where they are not on PATH.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { dist, fileOf, isThere } from "./engines.mjs";

const rounds = Number(process.argv[2] ?? 5);
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };
// A page says when it has its answer, or that it will have none.
const html = (work, before = "") => `<!doctype html><meta charset="utf-8"><title>-</title><body>${before}<script type="module">
  try { ${work}
    document.body.dataset.ready = "true";
  } catch (cause) { document.body.dataset.ready = String(cause); }</script>`;

const pages = { empty: html("") };
pages.engine = html(`
  const { default: init, Cluster } = await import("/dist/engine/engine.js");
  await init();
  new Cluster({ scenario: "empty" }).exec("SELECT 1");`);
if (isThere("sql.js")) {
  pages["sql.js"] = html(`const sql = await initSqlJs({ locateFile: (name) => "/sql.js/" + name });
  new sql.Database().exec("SELECT 1");`, '<script src="/sql.js/sql-wasm-browser.js"></script>');
}
if (isThere("sqlite-wasm")) {
  pages["sqlite-wasm"] = html(`
    const { default: init } = await import("/sqlite-wasm/index.mjs");
    const sqlite3 = await init();
    new sqlite3.oo1.DB(":memory:").exec("SELECT 1");`);
}

const roots = { dist, "sql.js": isThere("sql.js") && fileOf("sql.js", "dist"), "sqlite-wasm": isThere("sqlite-wasm") && fileOf("sqlite-wasm", "dist") };
const server = createServer(async (request, response) => {
  const [, first, ...rest] = new URL(request.url, "http://x").pathname.split("/");
  // Nothing is kept: every start is a first one.
  const headers = { "cache-control": "no-store" };
  const page = pages[decodeURIComponent(first).replace(/\.page$/, "")];
  if (first.endsWith(".page") && page !== undefined) return response.writeHead(200, { ...headers, "content-type": "text/html" }).end(page);
  try {
    const file = path.join(roots[first], ...(rest.at(-1) ? rest : [...rest.slice(0, -1), "index.html"]));
    response.writeHead(200, { ...headers, "content-type": types[path.extname(file)] ?? "application/octet-stream" }).end(await readFile(file));
  } catch {
    response.writeHead(404, headers).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const address = `http://127.0.0.1:${server.address().port}`;

const driver = spawn(process.env.CHROMEDRIVER ?? "chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
const port = await new Promise((done, fail) => {
  driver.on("error", fail);
  let said = "";
  driver.stdout.on("data", (bytes) => {
    said += bytes;
    const found = /on port (\d+)/.exec(said.replace(/port 0/g, ""));
    if (found) done(found[1]);
  });
});
const ask = async (method, where, body) => {
  const answer = await fetch(`http://127.0.0.1:${port}${where}`, { method, body: body && JSON.stringify(body) });
  return (await answer.json()).value;
};
const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
const chromeOptions = { args, ...(process.env.CHROMIUM ? { binary: process.env.CHROMIUM } : {}) };
const wanted = { capabilities: { alwaysMatch: { pageLoadStrategy: "none", "goog:chromeOptions": chromeOptions } } };

// Asked within the page, so that the answer does not wait for a round trip.
const WAIT = `const done = arguments[0];
  const look = () => {
    const ready = document.body?.dataset.ready;
    if (ready === "true") done(performance.now());
    else if (ready) done(ready);
    else setTimeout(look, 1);
  };
  look();`;
async function once(url) {
  const { sessionId } = await ask("POST", "/session", wanted);
  const session = `/session/${sessionId}`;
  try {
    await ask("POST", `${session}/timeouts`, { script: 30_000 });
    await ask("POST", `${session}/url`, { url });
    for (let tries = 0; tries < 50; tries += 1) {
      // The script may meet the empty page before the wanted one, and dies with it.
      const took = await ask("POST", `${session}/execute/async`, { script: `if (location.href !== ${JSON.stringify(url)}) return arguments[0](null); ${WAIT}`, args: [] });
      if (typeof took === "number") return took;
      if (took !== null) throw new Error(`${url}: ${took.message ?? took}`);
    }
    return undefined;
  } finally {
    await ask("DELETE", session);
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const figures = {};
const targets = { ...Object.fromEntries(Object.keys(pages).map((name) => [name, `${address}/${name}.page`])), page: `${address}/dist/index.html` };
for (const [name, url] of Object.entries(targets)) {
  const found = [];
  try {
    for (let round = 0; round < rounds; round += 1) found.push(await once(url));
  } catch (cause) {
    console.error(`  left out: ${cause.message}`);
  }
  if (found.length > 0) figures[name] = median(found);
}
driver.kill();
server.close();
console.log(JSON.stringify(figures));
process.exit(0);
