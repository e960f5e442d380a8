import type { AdapterPromise } from "../adapter-promise.ts";
import type { Trial } from "../bench/bench.ts";
import { behindEachByte, withinCodePoints } from "../bench/cut.ts";
import { Pause } from "../bench/pause.ts";
import { answered, serves, soon } from "../bench/turns.ts";
import { HOSTILE_OUTPUTS, type HostileOutput } from "../samples.ts";
import { notOffered, notShown } from "../verdict.ts";

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

const REMEDIES: Readonly<Record<HostileOutput, string>> = {
  prompt: "Let an answer end with what it cannot hold: a sentinel with a nonce, an id, a length.",
  codePoints: "Decode what comes with a StringDecoder, or by whole messages; never chunk by chunk.",
  invalidUtf8:
    "Decode leniently (each wrong byte becomes U+FFFD), and look for the end all the same.",
  nul: "Treat NUL as any other character.",
  colours: "Take escape sequences out before anything is looked for, or hand them on whole.",
  carriageReturns: "Let a line end at its line feed, and nothing else.",
  longLine:
    "Collect the pieces in a list and join them at the end, without a limit below maxTurnBytes.",
  echo: "Start the tool so that it does not repeat its input, or take those lines out of the answer.",
};

/** How long a tool has for what it says after its answer. */
const TALK_MS = 5_000;
/** Longer than whoever waits for silence can afford to wait after each answer. */
const PAUSE_MS = 1_000;

export const FRAMING_PROMISES: readonly AdapterPromise[] = [
  {
    id: "framing.pieces",
    sentence: "understands its tool when every byte of it comes by itself",
    remedy:
      "Collect what stdout brings until the end of the answer is in it: a chunk is no message.",
    async keep(bench) {
      const { pool } = await bench.own({ cut: behindEachByte });
      await serves(bench, pool, "whose output comes byte by byte");
    },
  },
  {
    id: "framing.pauses",
    sentence: "waits for the rest of an answer in the middle of which its tool pauses",
    remedy:
      'Silence is no end: wait for a sentinel, the prompt, an id. Where there is nothing else, say so with context.endedBy("quiet").',
    async keep(bench) {
      if (bench.oneShot) notOffered("its exit ends an answer, and pauses before it do not matter");
      const pause = new Pause();
      const { pool } = await bench.own({ pause });
      await using lease = await pool.lease();
      await answered(lease, await bench.nextExchange());
      pause.next(PAUSE_MS);
      const exchange = await bench.nextExchange();
      const turn = lease.run(exchange.request);
      await turn.then(
        () => {},
        () => {},
      );
      if (turn.endedBy === "quiet") notOffered("it says that silence ends its answers");
      await answered(
        { run: () => turn },
        exchange,
        `a request in whose answer the tool pauses for ${PAUSE_MS} ms`,
      );
      if (!pause.isOver) notShown("its tool says nothing on stdout in a turn");
      await serves(bench, lease, "after an answer with a pause");
    },
  },
  ...(Object.keys(HOSTILE_OUTPUTS) as HostileOutput[]).map(hostile),
  {
    id: "framing.between-turns",
    sentence: "takes nothing that its tool says between turns for an answer",
    remedy: "Drop what comes while no turn is under way, and what bears the id of another one.",
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
    remedy: REMEDIES[name],
    needs: [`hostile.${name}`],
    async keep(bench) {
      const { pool } =
        name === "codePoints" ? await bench.own({ cut: withinCodePoints }) : await bench.shared();
      await answered(
        pool,
        await bench.sample(bench.samples.hostile?.[name]),
        `a request for ${what}`,
      );
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
