import { Command } from "commander";
import type { SteerFlags } from "../control/steer.ts";
import { textFlag, workersFlag } from "./flag-values.ts";
import type { OnExit } from "./on-exit.ts";

const RUN = "its id, the beginning of it, or last; the one under way when absent";

function steerCommand(name: string): Command {
  return new Command(name)
    .option("--json", "one JSON document on stdout")
    .option("-C, --cwd <folder>", "work as if started there", textFlag);
}

/** `cluster pause`. */
export function pauseCommand(onExit: OnExit): Command {
  return steerCommand("pause")
    .summary("hold a running run back")
    .description("Begins no turn more until cluster resume; those under way end, and land.")
    .argument("[run]", RUN)
    .addHelpText("after", "\nExample:\n  $ cluster pause && cluster resume")
    .action(async (run: string | undefined, flags: SteerFlags) => {
      const { steerRun } = await import("../control/steer.ts");
      onExit(await steerRun(run, { command: "pause" }, flags));
    });
}

/** `cluster scale`. */
export function scaleCommand(onExit: OnExit): Command {
  return steerCommand("scale")
    .summary("give a running run more or fewer workers")
    .description("So many turns at once from now on; those beyond that go on to their end.")
    .argument("<workers>", "how many", workersFlag)
    .argument("[run]", RUN)
    .addHelpText("after", "\nExample:\n  $ cluster scale 8")
    .action(async (workers: number, run: string | undefined, flags: SteerFlags) => {
      const { steerRun } = await import("../control/steer.ts");
      onExit(await steerRun(run, { command: "scale", workers }, flags));
    });
}

/** `cluster stop`. */
export function stopCommand(onExit: OnExit): Command {
  return steerCommand("stop")
    .summary("end a running run, as ^C does")
    .description("Lets turns end and starts no more, as the first ^C does; --now stops them too.")
    .argument("[run]", RUN)
    .option("--now", "as the second ^C does")
    .addHelpText("after", "\nExample:\n  $ cluster stop --now")
    .action(async (run: string | undefined, flags: SteerFlags & { readonly now?: boolean }) => {
      const { steerRun } = await import("../control/steer.ts");
      onExit(await steerRun(run, { command: flags.now === true ? "stop" : "drain" }, flags));
    });
}
