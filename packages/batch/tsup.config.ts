import { library } from "@cluster/presets/tsup";

export default library({ index: "src/index.ts", kept: "src/kept.ts" });
