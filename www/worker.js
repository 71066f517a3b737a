// The engine's worker. It speaks with whoever started it; a port that comes with { sim: "connect" } gets an engine of its own.

import { serve } from "./serve.js";

serve(self);
const own = self.onmessage;
self.onmessage = (event) => {
  if (event.data?.sim === "connect" && event.ports[0]) serve(event.ports[0]);
  else own(event);
};
