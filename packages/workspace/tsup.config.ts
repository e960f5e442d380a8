import { library } from "@cluster/presets/tsup";

export default library({
  index: "src/index.ts",
  // A program of its own, which the library starts.
  "runner-process": "src/git/runner-process.ts",
});
