// Loads the page's module and hands it an engine. The engine's worker starts first, so that both load side by side.
//
// The page sees only globalThis.amberEngine: start(hear) → { post(message), end() }, link() and pack(bytes, hear) for addresses that
// hold a moment, param(name) of the address, and whether it is embedded. Where a worker or a module worker is not to be had (a sandboxed frame of an opaque origin), the same engine runs in
// the page.

const embedded = document.documentElement.hasAttribute("data-embed");
const params = [location.search, location.hash].map((part) => new URLSearchParams(part.slice(1)));
let tap = null;

class Engine {
  #hear = null;
  #early = [];
  #worker = null;
  #port = null;
  #waiting = [];
  #heard = false;

  constructor() {
    try {
      this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "amber" });
      this.#worker.onmessage = ({ data }) => this.#tell(data);
      this.#worker.onerror = (event) => this.#fail(event);
    } catch {
      this.#inPage();
    }
  }

  attach(hear) {
    this.#hear = hear;
    for (const message of this.#early.splice(0)) hear(message);
    return this;
  }

  post(message) {
    tap?.sent(message);
    if (this.#worker) {
      // Kept until the first answer, in case the worker never comes to life.
      if (!this.#heard) this.#waiting.push(message);
      this.#worker.postMessage(message);
    } else if (this.#port) {
      this.#port.postMessage(message);
    } else {
      this.#waiting.push(message);
    }
  }

  end() {
    this.#worker?.terminate();
    this.#port?.close();
    this.#worker = this.#port = null;
    this.#hear = () => {};
  }

  #tell(message) {
    this.#heard = true;
    this.#waiting.length = 0;
    if (tap?.came(message)) return;
    if (this.#hear) this.#hear(message);
    else this.#early.push(message);
  }

  #fail(event) {
    if (this.#heard) {
      this.#tell({ event: "error", seq: 0, at: "0", data: event.message || "the worker ended" });
      return;
    }
    event.preventDefault?.();
    this.#worker.terminate();
    this.#worker = null;
    this.#inPage();
  }

  async #inPage() {
    try {
      const { serve } = await import("./serve.js");
      const { port1, port2 } = new MessageChannel();
      serve(port1);
      port2.onmessage = ({ data }) => this.#tell(data);
      this.#port = port2;
      for (const message of this.#waiting.splice(0)) port2.postMessage(message);
    } catch (error) {
      this.#tell({ event: "error", seq: 0, at: "0", data: String(error) });
    }
  }
}

// A moment in an address: deflated, then base64 as addresses spell it. What unpacks to more than the limit is no link of ours.
const LINK = "#a1=";
const UNPACKED_BYTES_MAX = 16 << 20;

async function through(stream, bytes) {
  const parts = [];
  let size = 0;
  for await (const part of new Blob([bytes]).stream().pipeThrough(stream)) {
    size += part.length;
    if (size > UNPACKED_BYTES_MAX) throw new Error("too large");
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function pack(bytes) {
  const packed = await through(new CompressionStream("deflate-raw"), bytes);
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpack(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return through(new DecompressionStream("deflate-raw"), Uint8Array.from(raw, (c) => c.charCodeAt(0)));
}

async function readLink() {
  if (!location.hash.startsWith(LINK)) return null;
  const text = location.hash.slice(LINK.length);
  // Once read it leaves the address: a reload comes back to what was done since.
  try {
    history.replaceState(null, "", location.pathname + location.search);
  } catch { /* a frame without an origin keeps its address */ }
  return unpack(text).catch(() => false);
}

addEventListener("hashchange", () => {
  if (location.hash.startsWith(LINK)) location.reload();
});

// A page that has stopped says so; what was done is kept.
addEventListener("error", ({ error }) => {
  if (!(error instanceof WebAssembly.RuntimeError) || document.querySelector(".stopped")) return;
  const words = document.createElement("p");
  words.className = "stopped";
  words.setAttribute("role", "alert");
  words.textContent = "The page has stopped: this is a fault of ours. Your session is kept. ";
  const again = document.createElement("button");
  again.textContent = "Reload";
  again.onclick = () => location.reload();
  words.append(again);
  document.body.prepend(words);
});

// A file that is chosen or dropped: a session, statements, or an archive of backup files. Nothing leaves the machine.
const FILE_BYTES_MAX = 64 << 20;
let hearFile = () => {};

async function readFile(file) {
  if (!file) return;
  hearFile(file.size > FILE_BYTES_MAX ? new Uint8Array() : new Uint8Array(await file.arrayBuffer()));
}

addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  readFile(event.dataTransfer?.files[0]);
});

let first = new Engine();
const link = embedded ? null : await readLink();
const frame = embedded ? await import("./embed.js") : null;
globalThis.amberEngine = {
  start(hear) {
    const engine = first ?? new Engine();
    first = null;
    if (embedded) {
      tap ??= frame.embed(hear);
      tap.attach(engine);
    }
    return engine.attach(hear);
  },
  embedded: () => embedded,
  param: (name) => params.map((part) => part.get(name)).find((value) => value !== null) ?? undefined,
  files(hear) {
    hearFile = hear;
  },
  pick() {
    const input = document.createElement("input");
    input.type = "file";
    input.onchange = () => readFile(input.files[0]);
    input.click();
  },
  link: () => link,
  pack(bytes, hear) {
    // The bytes are a view of the page's memory, which moves: they are copied before anything is waited for.
    pack(bytes.slice()).then(hear, () => hear(""));
  },
};

const { js, wasm } = document.querySelector("script[data-js]").dataset;
try {
  const { default: init } = await import(new URL(js, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  const text = document.createElement("p");
  text.className = "plain";
  text.textContent = `The page could not be loaded: ${error.message}. A server that answers a missing .wasm file with a page, or a browser older than Chromium 123, Firefox 120 or Safari 17.5, are the usual reasons.`;
  document.body.append(text);
  throw error;
}
