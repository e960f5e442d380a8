import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { usageError } from "../exit/cli-error.ts";

/** Where the message may stand. */
export interface MessageSource {
  readonly message?: string | undefined;
  readonly messageFile?: string | undefined;
}

async function bytesOf(file: string, cwd: string): Promise<Buffer> {
  if (file === "-") return await buffer(process.stdin);
  try {
    return await readFile(resolve(cwd, file));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw usageError(`--message-file ${file}: ${why}.`, undefined, cause);
  }
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw usageError(`--message-file ${file}: it is not UTF-8 text.`, undefined, cause);
  }
}

/**
 * What is to be done, from `-m`, a file or stdin.
 * @throws {CliError} usage, when it is absent, empty, given twice or not text.
 */
export async function readMessage(source: MessageSource, cwd: string): Promise<string> {
  const { message, messageFile } = source;
  if (message !== undefined && messageFile !== undefined) {
    throw usageError("-m and --message-file are both given.", "Give one of them.");
  }
  if (message === undefined && messageFile === undefined) {
    throw usageError(
      "There is no message.",
      'Say what is to be done in each file: -m "Add type hints", or --message-file change.md.',
    );
  }
  const text = message ?? decode(await bytesOf(messageFile ?? "-", cwd), messageFile ?? "-");
  const where = message === undefined ? `--message-file ${messageFile}` : "-m/--message";
  if (text.trim() === "") throw usageError(`${where}: the message is empty.`);
  if (text.includes("\0"))
    throw usageError(`${where}: the message has a NUL byte; it is not text.`);
  return text;
}
