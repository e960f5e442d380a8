import { library } from "@cluster/presets/tsup";

export default library({ index: "src/index.ts", trial: "src/trial/index.ts" });
