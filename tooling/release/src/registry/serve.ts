// The process of the registry: its storage is the only argument. It tells its port and ends with
// whoever started it.
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

const [storage] = process.argv.slice(2);
if (storage === undefined || process.send === undefined) {
  throw new Error("serve.ts is started by startLoopbackRegistry, with a folder and a channel");
}

// Without an uplink a package of ours that was not published here is simply not found.
const configuration = {
  storage,
  configPath: join(storage, "config.yaml"),
  web: { enable: false },
  uplinks: {},
  packages: { "@cluster/*": { access: ["$all"], publish: ["$all"] } },
  log: { type: "stdout", format: "json", level: "error" },
};

// The type asks for every setting; the server has a default for each that is missing.
const server = await runServer(configuration as unknown as Parameters<typeof runServer>[0]);
process.once("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
