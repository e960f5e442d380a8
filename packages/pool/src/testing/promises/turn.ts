import type { AdapterPromise } from "../adapter-promise.ts";
import { answered } from "../bench/turns.ts";
import { broken } from "../verdict.ts";

export const TURN_PROMISES: readonly AdapterPromise[] = [
  {
    id: "turn.answers",
    sentence: "answers a request, and says what proved the end of its turn",
    remedy:
      "Look at what run() resolves with, and at what proves the end of an answer (a sentinel, an id, an exit): context.endedBy() names it. A prompt that stands in it is switched off by `setup` of lineProtocol, or taken out as its `noise`.",
    fundamental: true,
    async keep(bench) {
      const { pool } = await bench.shared();
      const exchange = await bench.nextExchange();
      const turn = pool.run(exchange.request);
      await answered({ run: () => turn }, exchange);
      if (turn.endedBy === null) broken("Expected it to be known what ended the turn, found null.");
    },
  },
  {
    id: "turn.row",
    sentence: "answers several requests in a row, each with its own answer",
    remedy:
      "An answer is over with the end of its own request: drop what is left of the one before when the next is sent.",
    async keep(bench) {
      const { pool } = await bench.own();
      await using lease = await pool.lease();
      for (let n = 1; n <= bench.options.turnsInRow; n += 1) {
        const runner = bench.oneShot ? pool : lease;
        if (bench.oneShot && n === 1) await lease.release();
        await answered(runner, await bench.nextExchange(), `request ${n} in a row`);
      }
    },
  },
  {
    id: "turn.side-by-side",
    sentence: "keeps apart what two of its processes answer at the same time",
    remedy:
      "Keep what belongs to a process in the connection that connect() returns, nothing of it in the module or the adapter.",
    async keep(bench) {
      const { pool } = await bench.own({ size: 2 });
      await pool.ready();
      for (let round = 0; round < 3; round += 1) {
        const exchanges = [await bench.nextExchange(), await bench.nextExchange()];
        await Promise.all(
          exchanges.map((exchange, instance) =>
            answered(
              { run: (request) => pool.run(request, { instance }) },
              exchange,
              "one of two requests at the same time",
            ),
          ),
        );
      }
    },
  },
  {
    id: "turn.several-lines",
    sentence: "takes a request of several lines as one turn",
    remedy: "Make one input of several lines (escaped, as JSON, with a length), or use a sentinel.",
    needs: ["severalLines"],
    async keep(bench) {
      const { pool } = await bench.shared();
      const exchange = await bench.sample(bench.samples.severalLines);
      await answered(pool, exchange, "a request of several lines");
      await answered(pool, await bench.nextExchange(), "the request after it");
    },
  },
];
