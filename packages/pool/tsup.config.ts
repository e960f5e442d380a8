import { library } from "@cluster/presets/tsup";

export default library({ index: "src/index.ts", declared: "src/declared/index.ts" });
