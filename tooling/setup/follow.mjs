// A program that is to be ended when whoever runs it here is.

/** How soon it is noticed that npm's shell is gone. */
const LOOK_MS = 500;
/** Before the set-up, which takes its time. */
const parent = process.ppid;

/**
 * Passes signals on to `child`, and its end to our own exit. The terminal sends ^C to the child as well, and the
 * child decides. A SIGTERM to npm reaches only the shell between npm and us, and ends it: then we are told
 * nothing, and have another parent.
 */
export function follow(child) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, LOOK_MS);
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    if (code === null && signal !== "SIGINT") process.stderr.write(`It was ended by ${signal}.\n`);
    process.exit(code ?? (signal === "SIGINT" ? 130 : 1));
  });
}
