// Prints its arguments, or its stdin with --stdin, and exits with --code.
import { text } from "node:stream/consumers";
import { options, positionals, write } from "../protocol/speak.mjs";

write(options.stdin ? await text(process.stdin) : `${positionals.join(" ")}\n`);
if (options.stderr) process.stderr.write(`${options.stderr}\n`);
process.exitCode = Number(options.code);
