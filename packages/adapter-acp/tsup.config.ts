import { library } from "@cluster/presets/tsup";

export default library();
