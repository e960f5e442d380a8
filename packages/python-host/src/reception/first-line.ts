import type { Socket } from "node:net";

const MAX_BYTES = 256;
const TIMEOUT_MS = 10_000;

/**
 * Takes the first line off a new connection and leaves the rest unread. Empty when none comes in time or
 * in size.
 */
export function readFirstLine(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const finish = (line: string): void => {
      clearTimeout(timer);
      socket.off("readable", read);
      socket.off("close", giveUp);
      socket.off("end", giveUp);
      resolve(line);
    };
    const giveUp = (): void => finish("");
    const timer = setTimeout(giveUp, TIMEOUT_MS);
    timer.unref();
    let held = Buffer.alloc(0);
    const read = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      held = Buffer.concat([held, chunk]);
      const end = held.indexOf(0x0a);
      if (end === -1) {
        if (held.length > MAX_BYTES) giveUp();
        return;
      }
      if (end + 1 < held.length) socket.unshift(held.subarray(end + 1));
      finish(held.toString("latin1", 0, end));
    };
    socket.on("readable", read);
    socket.once("close", giveUp);
    socket.once("end", giveUp);
  });
}
