import { readFile } from "node:fs/promises";

/** The lines of all blocks marked `sh` in a document, without their comments. */
export async function documentedCommands(document: URL): Promise<readonly string[]> {
  const text = await readFile(document, "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}
