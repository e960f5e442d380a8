// `npm run soak`: explores pools at random until its time is over or a rule is broken.
import { type ChildProcess, fork } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MIXES, type MixName } from "../properties/model/commands/mixes.ts";
import { HELP, readArguments, type SoakArguments } from "./arguments.ts";
import type { Order, Round } from "./round.ts";
import { mib, Summary } from "./summary.ts";

const explorerFile = fileURLToPath(new URL("./explorer.ts", import.meta.url));

async function soak(options: SoakArguments): Promise<number> {
  const { minutes, processes, mix, seed } = options;
  const summary = new Summary();
  const children = new Set<ChildProcess>();
  const deadline = performance.now() + minutes * 60_000;
  let over = false;
  let failed = false;
  const stop = (): void => {
    // The second time at once: what an explorer has started ends with it.
    if (over) for (const child of children) child.kill("SIGTERM");
    over = true;
    console.log("Ending with the present rounds …");
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  const run = async (explorer: number): Promise<void> => {
    const child = fork(explorerFile, [], {
      execArgv: ["--conditions=@cluster/source", "--expose-gc"],
      env: { ...process.env, ...replay(options) },
    });
    children.add(child);
    const gone = once(child, "exit").then(() => null);
    for (let n = 0; !over && performance.now() < deadline; n += 1) {
      const order = { mix: mix ?? nextMix(explorer + n), seed: seed ?? randomInt(2 ** 31) };
      const round = await oneRound(child, gone, order);
      if (round === null) {
        failed ||= !over;
        console.log(
          `process ${explorer} has ended in the midst of a round with seed ${order.seed}`,
        );
        break;
      }
      summary.add(explorer, round);
      console.log(line(explorer, round));
      if (round.failure !== null) {
        failed = true;
        console.log(`\nBROKEN: ${round.failure}\n\n${replayLine(round)}\n`);
      }
      if (failed || seed !== null) over = true;
    }
    child.kill("SIGTERM");
    await gone;
    children.delete(child);
  };
  await Promise.all(Array.from({ length: seed === null ? processes : 1 }, (_, n) => run(n + 1)));
  console.log(`\n${summary}`);
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);
  return failed || summary.leaks.length > 0 ? 1 : 0;
}

async function oneRound(
  child: ChildProcess,
  gone: Promise<null>,
  order: Order,
): Promise<Round | null> {
  const answer = once(child, "message").then(([message]) => message as Round);
  if (!child.send(order)) return null;
  return Promise.race([answer, gone]);
}

function nextMix(n: number): MixName {
  return MIXES[n % MIXES.length] ?? "everything";
}

function replay({ path, replay: commands }: SoakArguments): Record<string, string> {
  return {
    ...(path !== null && { CLUSTER_PATH: path }),
    ...(commands !== null && { CLUSTER_REPLAY: commands }),
  };
}

function line(explorer: number, round: Round): string {
  const { mix, seed, ms, steps, heapBytes, rssBytes, descriptors, failure } = round;
  const count = Object.values(steps).reduce((sum, one) => sum + one, 0);
  return [
    `${new Date().toISOString()} ${explorer} ${mix} seed ${seed}:`,
    `${count} steps, ${(ms / 1000).toFixed(1)} s, heap ${mib(heapBytes)}, rss ${mib(rssBytes)},`,
    `${descriptors ?? "?"} descriptors, ${failure === null ? "well" : "BROKEN"}`,
  ].join(" ");
}

/** The same round again; with the path and the commands of the example only that. */
function replayLine({ mix, seed, failure }: Round): string {
  const path = /CLUSTER_PATH=(\S+)/.exec(failure ?? "")?.[1];
  const commands = /CLUSTER_REPLAY=(\S+)/.exec(failure ?? "")?.[1];
  return [
    `npm run soak -- --mix ${mix} --seed ${seed}`,
    ...(path === undefined ? [] : [`--path ${path}`]),
    ...(commands === undefined ? [] : [`--replay ${commands}`]),
  ].join(" ");
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === null) console.log(HELP);
  else process.exitCode = await soak(options);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\nnpm run soak -- --help says what there is.`);
  process.exitCode = 2;
}
