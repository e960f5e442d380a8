import { library } from "@cluster/presets/tsup";

export default library({
  index: "src/index.ts",
  declared: "src/declared/index.ts",
  "testing/index": "src/testing/index.ts",
  "testing/core": "src/testing/core.ts",
});
