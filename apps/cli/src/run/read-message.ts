import { usageError } from "../exit/cli-error.ts";
import { readInput } from "./read-input.ts";

/** Where the message may stand. */
export interface MessageSource {
  readonly message?: string | undefined;
  readonly messageFile?: string | undefined;
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw usageError(`--message-file ${file}: it is not UTF-8 text.`, undefined, cause);
  }
}

/**
 * What is to be done, from `-m`, a file or stdin. `undefined` where it is absent and may be.
 * @throws {CliError} usage, when it is absent, empty, given twice or not text.
 */
export async function readMessage(
  source: MessageSource,
  cwd: string,
  required: boolean,
): Promise<string | undefined> {
  const { message, messageFile } = source;
  if (message !== undefined && messageFile !== undefined) {
    throw usageError("-m and --message-file are both given.", "Give one of them.");
  }
  if (message === undefined && messageFile === undefined) {
    if (!required) return undefined;
    throw usageError(
      "There is no message.",
      'Say what is to be done in each file: -m "Add type hints", or --message-file change.md.',
    );
  }
  const text =
    message ??
    decode(await readInput("--message-file", messageFile ?? "-", cwd), messageFile ?? "-");
  const where = message === undefined ? `--message-file ${messageFile}` : "-m/--message";
  if (text.trim() === "") throw usageError(`${where}: the message is empty.`);
  if (text.includes("\0"))
    throw usageError(`${where}: the message has a NUL byte; it is not text.`);
  return text;
}
