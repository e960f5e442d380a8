#!/usr/bin/env node
// All else is imported dynamically: on an older Node this file must load, to say so.
import { oldNodeMessage } from "./exit/node-version.ts";

const message = oldNodeMessage(process.versions.node);
if (message === undefined) {
  const { keepCompiledCode } = await import("./exit/compile-cache.ts");
  keepCompiledCode();
  const { hideSqliteWarning } = await import("./exit/sqlite-warning.ts");
  hideSqliteWarning();
  const { main } = await import("./command/main.ts");
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 3;
}
