// <amber-lab>: a live cell in any page. No dependency, no wasm here: the frame has it all.
//
//   <script type="module" src="https://…/amber-lab.js"></script>
//   <amber-lab scenario="bank" view="shell chain" run="prefill" height="420" load="click">
//     <pre><code>BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';</code></pre>
//   </amber-lab>
//
// What stands inside is shown until the frame is ready, and stays where scripts do not run. Events: sim-ready, sim-statement,
// sim-error, sim-time, sim-idle; they bubble. Methods: request(method, params) → promise.

const PASSED = ["scenario", "version", "seed", "view", "run", "theme"];

class AmberLab extends HTMLElement {
  #frame = null;
  #port = null;
  #next = 0;
  #waiting = new Map();
  #connected = () => {};
  #ready = new Promise((done) => (this.#connected = done));

  connectedCallback() {
    if (this.#frame || this.querySelector(":scope > .amber-open")) return;
    const load = this.getAttribute("load") ?? (document.querySelectorAll("amber-lab").length > 1 ? "click" : "visible");
    if (load === "eager") return this.open();
    if (load === "visible") {
      const seen = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && (seen.disconnect(), this.open()));
      return seen.observe(this);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "amber-open";
    button.textContent = this.getAttribute("label") ?? "Run it here";
    button.onclick = () => (button.remove(), this.open());
    this.append(button);
  }

  disconnectedCallback() {
    this.#frame?.remove();
    this.#frame = this.#port = null;
  }

  open() {
    if (this.#frame) return;
    const url = new URL("embed.html", import.meta.url);
    const params = new URLSearchParams();
    for (const name of PASSED) if (this.hasAttribute(name)) params.set(name, this.getAttribute(name));
    const sql = this.getAttribute("sql") ?? this.querySelector("code")?.textContent;
    if (sql) params.set("sql", sql);
    url.hash = params;
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: this.title || "Backup simulator", src: url.href, referrerPolicy: "no-referrer", hidden: true });
    frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-popups");
    frame.setAttribute("allow", "clipboard-write; fullscreen");
    frame.style.cssText = `width:100%;height:${parseInt(this.getAttribute("height") ?? 420, 10) || 420}px;border:0`;
    addEventListener("message", (event) => {
      if (event.source === frame.contentWindow && event.data?.sim === "hello" && event.data.v?.includes(1)) this.#connect();
    });
    this.#frame = frame;
    this.append(frame);
  }

  request(method, params = null) {
    return this.#ready.then(() => new Promise((resolve, reject) => {
      this.#waiting.set(++this.#next, { resolve, reject });
      this.#port.postMessage({ id: this.#next, method, params });
    }));
  }

  #connect() {
    const { port1, port2 } = new MessageChannel();
    const nonce = String(Math.random());
    this.#port = port1;
    port1.onmessage = ({ data }) => {
      if (data.sim === "connected" && data.nonce === nonce) return this.#connected();
      if (data.event === "ready") {
        for (const child of [...this.children]) if (child !== this.#frame) child.hidden = true;
        this.#frame.hidden = false;
      }
      if (data.event) return this.dispatchEvent(new CustomEvent(`sim-${data.event}`, { detail: data, bubbles: true, composed: true }));
      const asked = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error) asked?.reject(Object.assign(new Error(data.error.message), { code: data.error.code }));
      else asked?.resolve(data.result);
    };
    this.#frame.contentWindow.postMessage({ sim: "connect", v: 1, nonce }, "*", [port2]);
  }
}

if (!customElements.get("amber-lab")) customElements.define("amber-lab", AmberLab);
