/** The service worker of the bench: measures a cold start when it is told where the module is. */

import { coldStart } from "./cold.ts";

addEventListener("message", ({ data, ports: [port] }: MessageEvent<string>) => {
  void coldStart(data).then((took) => port?.postMessage(took), (error: unknown) => port?.postMessage({ error: String(error) }));
});
