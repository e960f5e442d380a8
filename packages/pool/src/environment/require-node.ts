/**
 * Says at the import what would otherwise be a TypeError in the first turn. Asks for what is needed, not for
 * a number: other runtimes have numbers of their own.
 *
 * @throws {Error} where the runtime is too old.
 */
export function requireNode(): void {
  if (typeof Promise.withResolvers === "function") return;
  throw new Error(
    `@cluster/pool needs Node 22.18 or newer, found ${process.versions.node}. ` +
      "Install a newer one from https://nodejs.org.",
  );
}
