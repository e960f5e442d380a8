import { defineConfig, type Options } from "tsup";

type Entry = NonNullable<Options["entry"]>;

/**
 * One ESM build for every published package. Declarations come from `tsc`: TypeScript 7 has no
 * compiler API, so tsup cannot make them.
 */
export function library(entry: Entry = { index: "src/index.ts" }): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry,
    format: "esm",
    platform: "node",
    target: "node22",
    // `node:sqlite` has no other name.
    removeNodeProtocol: false,
    dts: false,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
  });
}
