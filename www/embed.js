// The frame's side of the message protocol, version 1: a host page talks to the engine of this frame over a port of its own.
//
//   frame ─ {sim: "hello", v, build, caps} ─▶ parent        parent ─ {sim: "connect", v, nonce} + port ─▶ frame
//   host  ─ {id, method, params} ─▶ port                    port ─ {id, result | error} ─▶ host
//                                                           port ─ {event, seq, at, data} ─▶ host; seq has no gaps
//
// Requests go on to the engine under numbers of their own, beside those of the page. What changes the world is shown by the page.

const OWN_IDS = 1_000_000_000;
const CHANGES = new Set(["load", "exec", "sim", "time.play", "time.pause", "snapshot.import"]);
const CAPS = ["info", "load", "exec", "sim", "complete", "tokens", "query", "time.play", "time.pause", "snapshot.export",
  "snapshot.import", "hash", "set", "dispose"];

export function embed(hear) {
  let engine = null;
  let port = null;
  let seq = 0;
  let next = OWN_IDS;
  const asked = new Map(); // our number → what to do with the answer
  const statements = new Set(); // numbers of the page's own statements

  const tell = (event, at, data) => port?.postMessage({ event, seq: ++seq, at, data });
  const ask = (method, params, then) => {
    asked.set(++next, then);
    engine.post({ id: next, method, params });
  };
  const idle = () => {
    if (asked.size === 0) ask("hash", null, ({ result }) => tell("idle", "0", { hash: result }));
  };

  const request = ({ data }) => {
    const { id, method, params = null } = data ?? {};
    if (typeof id !== "number") return;
    const refuse = (code, message) => port.postMessage({ id, error: { code, message } });
    if (!CAPS.includes(method)) return refuse("unknown_method", `there is no method "${method}"`);
    if (method === "set") {
      for (const [name, value] of Object.entries(params ?? {})) {
        if (name !== "theme") return refuse("bad_params", `there is no setting "${name}"`);
        document.documentElement.dataset.theme = value;
      }
      return port.postMessage({ id, result: null });
    }
    if (method === "dispose") {
      engine.end();
      return port.postMessage({ id, result: null });
    }
    ask(method, params, (answer) => {
      port.postMessage({ ...answer, id });
      if (method === "exec") for (const one of answer.result ?? []) tell(one.error ? "error" : "statement", one.at, one);
      if (CHANGES.has(method)) hear({ event: "changed" });
      idle();
    });
  };

  addEventListener("message", (event) => {
    const { sim, v, nonce } = event.data ?? {};
    if (event.source !== parent || sim !== "connect" || v !== 1 || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = request;
    port.postMessage({ sim: "connected", v: 1, nonce });
    ask("info", null, ({ result }) => tell("ready", "0", result));
    new ResizeObserver(() => tell("resize", "0", { height: document.body.scrollHeight })).observe(document.body);
    idle();
  });

  return {
    // Another engine after the first one's end; the host is greeted once.
    attach(to) {
      if (!engine) parent.postMessage({ sim: "hello", v: [1], caps: CAPS }, "*");
      engine = to;
    },
    // What the page asks: its statements are told to the host as well.
    sent: ({ id, method }) => void (method === "exec" && id < OWN_IDS && statements.add(id)),
    // What the engine says; true if it was for the host alone.
    came(message) {
      if (message.event === "time") tell("time", message.at, message.data);
      const then = asked.get(message.id);
      if (then) {
        asked.delete(message.id);
        then(message);
        return true;
      }
      if (statements.delete(message.id)) {
        for (const one of message.result ?? []) tell(one.error ? "error" : "statement", one.at, one);
        idle();
      }
      return false;
    },
  };
}
