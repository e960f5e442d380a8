import { options } from "../protocol/speak.mjs";

process.stderr.write("cannot start: no licence found\n");
process.exitCode = Number(options.code || 3);
