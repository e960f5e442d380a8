import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** More files than these are not looked through for a mistake. */
const MOST_FILES = 20;

/** `file.mjs:3`, as Node begins what it prints of a mistake in a file. */
const PLACE = /^(?:file:\/\/)?(\/\S.*:\d+|[A-Za-z]:\\.*:\d+)$/m;

function placeIn(text: string): string | undefined {
  const [head = ""] = text.split("\n");
  const found = PLACE.exec(head)?.[1];
  return found === undefined ? undefined : decodeURI(found);
}

/** Where Node finds a mistake in a file that it reads and does not run. */
function check(file: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--check", file], (error, _, stderr) => {
      resolve(error === null ? undefined : placeIn(stderr));
    });
  });
}

/** Of an ES module Node's error does not say where: each file that was just looked up may be it. */
async function placeOf(error: SyntaxError, urls: readonly string[]): Promise<string | undefined> {
  const told = placeIn(error.stack ?? "");
  if (told !== undefined) return told;
  for (const url of urls.slice(-MOST_FILES).reverse()) {
    const place = await check(fileURLToPath(url));
    if (place !== undefined) return place;
  }
  return undefined;
}

/**
 * Why a module could not be imported; of a mistake in its text, the file and the line too.
 * @param importer The file that imported it, whose name says nothing to a user.
 * @param urls The files that were looked up for it, newest last.
 */
export async function describeFailure(
  thrown: unknown,
  importer: string,
  urls: readonly string[],
): Promise<string> {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const place = thrown instanceof SyntaxError ? await placeOf(thrown, urls) : undefined;
  return `${message.replace(` imported from ${importer}`, "")}${place === undefined ? "" : ` (${place})`}`;
}
