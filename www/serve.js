// Serves one engine behind a port: messages in, messages out, and time while it plays.

import init, { Session } from "./engine/engine.js";

const FRAME_MILLIS = 16;

export function serve(port) {
  const ready = init();
  let session = null;
  let ticking = false;

  const fail = (error) => port.postMessage({ event: "error", seq: 0, at: "0", data: String(error?.message ?? error) });

  const tick = () => {
    try {
      ticking = session.tick(performance.now());
    } catch (error) {
      ticking = false;
      fail(error);
    }
    if (ticking) setTimeout(tick, FRAME_MILLIS);
  };

  port.onmessage = async ({ data }) => {
    try {
      await ready;
      session ??= new Session((message) => port.postMessage(message));
      session.receive(data);
      if (!ticking && session.playing) {
        ticking = true;
        tick();
      }
    } catch (error) {
      fail(error);
    }
  };
}
