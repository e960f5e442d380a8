import { once } from "node:events";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { PythonFailure } from "../../src/errors/start-errors.ts";
import { Reception } from "../../src/reception/reception.ts";
import { ForkOrders } from "../../src/server/fork-orders.ts";

test("a process that ended in the midst of its coming leaves no connection", async () => {
  const reception = await Reception.open();
  const link = { entered: () => {}, sweep: () => {}, reap: () => {} };
  const orders = new ForkOrders(reception, link);
  const { token, arrival } = orders.place(1);
  const socket = createConnection(reception.address);
  socket.resume().write(`${token} stdin\n`);
  // Behind it, whatever is said has been heard.
  const behind = createConnection(reception.address);
  behind.on("error", () => {}).end("nothing\n");
  await once(behind.resume(), "close");
  const closed = once(socket, "close");
  orders.refuse(1, new PythonFailure("it has ended.", undefined));
  await expect(arrival).rejects.toThrow("it has ended");
  await closed;
  await reception.close();
});
