import type { Writable } from "node:stream";

/** Writes to a tool. Rejects when nobody reads any more, which a stream tells only to its callback. */
export function writeInput(stdin: Writable, data: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stdin.write(data, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}
