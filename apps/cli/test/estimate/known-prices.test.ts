import type { Price } from "@cluster/batch";
import { expect, it } from "vitest";
import { knownPrices, type PricedTools } from "../../src/estimate/known-prices.ts";
import type { AgentAdapter } from "../../src/tools/tool-entry.ts";

const price = (usd: number): Price => ({ inputUsdPerMTok: usd, outputUsdPerMTok: usd });
const CHEAP = price(1);
const DEAR = price(9);

function tool(
  known: Readonly<Record<string, Price>>,
): AgentAdapter & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    name: "tool",
    command: () => ({ file: "none" }),
    connect: () => {
      throw new Error("never connected");
    },
    asked,
    async priceOf(model) {
      asked.push(model);
      if (model === "broken") throw new Error("no price list");
      return known[model ?? "own"] ?? null;
    },
  };
}

const given = (adapter: AgentAdapter): PricedTools => ({
  adapter,
  tools: {},
  model: null,
  prices: {},
});

it("a tool is asked what nobody told, once for each model", async () => {
  const adapter = tool({ own: CHEAP, big: DEAR });
  const tasks = [{}, { model: "big" }, {}, { model: "mine" }];
  const prices = { mine: price(3) };
  const known = await knownPrices(tasks, { ...given(adapter), prices });
  expect(known).toEqual({ "*": CHEAP, big: DEAR, mine: price(3) });
  expect(adapter.asked).toEqual([null, "big"]);
});

it("of a model that no tool knows nothing is taken for its price", async () => {
  const tasks = [{}, { model: "odd" }];
  expect(await knownPrices(tasks, given(tool({ own: CHEAP })))).toEqual({});
  expect(await knownPrices([{ model: "broken" }], given(tool({})))).toEqual({});
  const { priceOf: _, ...silent } = tool({});
  expect(await knownPrices([{}], given(silent))).toEqual({});
});

it("each task's own tool is asked, and the dearer of two prices counts", async () => {
  const tools = { other: tool({ own: DEAR }) };
  const known = await knownPrices([{ tool: "other" }, {}], {
    ...given(tool({ own: CHEAP })),
    tools,
  });
  expect(known).toEqual({ "*": DEAR });
});

it("a tool that chooses its model itself may be priced by the name that it has here", async () => {
  const { priceOf: _, ...silent } = tool({});
  const tools = { codex: silent };
  const prices = { codex: DEAR };
  const known = await knownPrices([{ tool: "codex" }], { ...given(tool({})), tools, prices });
  expect(known["*"]).toEqual(DEAR);
});
