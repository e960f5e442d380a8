import type { AdapterPromise } from "../adapter-promise.ts";
import type { Trial } from "../bench/bench.ts";
import { behindEachByte, withinCodePoints } from "../bench/cut.ts";
import { answered, serves, soon } from "../bench/turns.ts";
import { HOSTILE_OUTPUTS, type HostileOutput } from "../samples.ts";
import { notShown } from "../verdict.ts";

const IDS: Readonly<Record<HostileOutput, string>> = {
  prompt: "framing.prompt",
  codePoints: "framing.code-points",
  invalidUtf8: "framing.invalid-utf8",
  nul: "framing.nul",
  colours: "framing.colours",
  carriageReturns: "framing.carriage-returns",
  longLine: "framing.long-line",
  echo: "framing.echo",
};

/** How long a tool has for what it says after its answer. */
const TALK_MS = 5_000;

export const FRAMING_PROMISES: readonly AdapterPromise[] = [
  {
    id: "framing.pieces",
    sentence: "understands its tool when every byte of it comes by itself",
    async keep(bench) {
      const { pool } = await bench.own({ cut: behindEachByte });
      await serves(bench, pool, "whose output comes byte by byte");
    },
  },
  ...(Object.keys(HOSTILE_OUTPUTS) as HostileOutput[]).map(hostile),
  {
    id: "framing.between-turns",
    sentence: "takes nothing that its tool says between turns for an answer",
    needs: ["talksOn"],
    async keep(bench) {
      const trial = await bench.own();
      await answered(trial.pool, await bench.nextExchange());
      await answered(trial.pool, await bench.sample(bench.samples.talksOn), "samples.talksOn");
      if (!(await saysMore(trial))) {
        notShown(`the tool says nothing in the ${TALK_MS} ms after its answer to samples.talksOn`);
      }
      await serves(bench, trial.pool, "after what the tool said between turns");
    },
  },
];

function hostile(name: HostileOutput): AdapterPromise {
  const what = HOSTILE_OUTPUTS[name];
  return {
    id: IDS[name],
    sentence: `understands ${what}${name === "codePoints" ? ", though they come in two pieces" : ""}`,
    needs: [`hostile.${name}`],
    async keep(bench) {
      const { pool } =
        name === "codePoints" ? await bench.own({ cut: withinCodePoints }) : await bench.shared();
      await answered(pool, await bench.sample(bench.samples.hostile?.[name]), what);
      await answered(pool, await bench.nextExchange(), `the request after ${what}`);
    },
  };
}

async function saysMore<Request, Result>(trial: Trial<Request, Result>): Promise<boolean> {
  const { watched } = trial;
  const before = watched.said;
  const deadline = performance.now() + TALK_MS;
  while (watched.said === before && performance.now() < deadline) await soon();
  return watched.said > before;
}
