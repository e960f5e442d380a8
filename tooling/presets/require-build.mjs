// Runs before a package is packed, in its folder. Without what its manifest names (a build that has failed
// cleans up first) a package would be made that nobody can import, and would even be published.
import { globSync, readFileSync } from "node:fs";

/** Every file that the fields of a manifest name. */
function targets(value) {
  if (typeof value === "string") return [value];
  return Object.values(value ?? {}).flatMap(targets);
}

const {
  name,
  bin,
  files = [],
  publishConfig,
  ...rest
} = JSON.parse(readFileSync("package.json", "utf8"));
const named = [...targets(publishConfig?.exports ?? rest.exports), ...targets(bin)];
// Its changes are written when it gets its first version.
const all = [...named, ...files].filter((file) => file !== "CHANGELOG.md");
const missing = [...new Set(all)].filter((file) => globSync(file).length === 0);
if (missing.length > 0) {
  console.error(
    `${name} cannot be packed: there is no ${missing.join(", no ")}. ` +
      `Build it, and see that this succeeds: pnpm exec turbo run build --filter ${name}`,
  );
  process.exit(1);
}
