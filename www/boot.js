// Loads the page's module and hands it an engine. The engine's worker starts first, so that both load side by side.
//
// The page sees only globalThis.amberEngine.start(hear) → { post(message), end() }. Where a worker or a module worker is not to
// be had (a sandboxed frame of an opaque origin), the same engine runs in the page.

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

let first = new Engine();
globalThis.amberEngine = {
  start(hear) {
    const engine = first ?? new Engine();
    first = null;
    return engine.attach(hear);
  },
};

const { js, wasm } = document.querySelector("script[data-js]").dataset;
try {
  const { default: init } = await import(new URL(js, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  const text = document.createElement("p");
  text.className = "plain";
  text.textContent = `The page could not be loaded: ${error.message}. A server that answers a missing .wasm file with a page, or a browser older than Chromium 95, Firefox 114 or Safari 16.4, are the usual reasons.`;
  document.body.append(text);
  throw error;
}
