import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AiderOptions, aiderAdapter } from "../../src/index.ts";
import { AiderPrices } from "../../src/pricing/aider-prices.ts";
import { realAider } from "../support/aider.ts";
import { type HomeAndFolder, homeAndFolder } from "../support/home-and-folder.ts";

let both: HomeAndFolder;
let home: string;
let folder: string;

beforeEach(async () => {
  both = await homeAndFolder();
  ({ home, folder } = both);
});

afterEach(() => both[Symbol.asyncDispose]());

/** The real tables, with settings of these tests only. */
async function prices(args: string[] = [], environment = {}, at = folder): Promise<AiderPrices> {
  const place = { folder: at, environment: { HOME: home, ...environment } };
  return AiderPrices.read(await realAider(), args, place);
}

const adapter = async (options: AiderOptions = {}) =>
  aiderAdapter({
    executable: (await realAider()).executable,
    environment: { HOME: home },
    ...options,
  });

test("a model that aider knows has the price that aider reckons with", async () => {
  const { priceOf } = await adapter();
  expect(await priceOf?.("gpt-4o")).toEqual({ inputUsdPerMTok: 2.5, outputUsdPerMTok: 10 });
  expect(await priceOf?.("openai/gpt-4o")).toEqual({ inputUsdPerMTok: 2.5, outputUsdPerMTok: 10 });
  expect(await priceOf?.("gemini/gemini-2.5-flash-lite")).toEqual({
    inputUsdPerMTok: 0.1,
    outputUsdPerMTok: 0.4,
  });
});

test("aider's own names for models are understood", async () => {
  expect((await prices()).priceOf("sonnet")).toEqual({ inputUsdPerMTok: 3, outputUsdPerMTok: 15 });
});

test("what nobody knows has no price, and neither has the model of another provider", async () => {
  const known = await prices();
  expect(known.priceOf("openai/of-our-own")).toBeNull();
  expect(known.priceOf("azure_ai/gpt-3.5-turbo-0301")).toBeNull();
  expect(known.priceOf("constructor")).toBeNull();
  expect(known.priceOf(null)).toBeNull();
});

test("the model is the adapter's own where a task names none", async () => {
  const { priceOf } = await adapter({ model: "gpt-4o-mini" });
  expect(await priceOf?.(null)).toEqual({ inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6 });
});

test("without one it is the model of the user's settings", async () => {
  await writeFile(join(home, ".aider.conf.yml"), "model: gpt-4o\n");
  expect((await prices()).priceOf(null)?.inputUsdPerMTok).toBe(2.5);
  await writeFile(
    join(folder, ".aider.conf.yml"),
    "model: cheap\nalias:\n  - 'cheap: gpt-4o-mini'\n",
  );
  const deeper = join(folder, "src", "deeper");
  await mkdir(deeper, { recursive: true });
  expect((await prices([], {}, deeper)).priceOf(null)?.inputUsdPerMTok).toBe(0.15);
  await writeFile(join(folder, ".env"), "AIDER_MODEL=sonnet\n");
  expect((await prices()).priceOf(null)?.inputUsdPerMTok).toBe(3);
  expect((await prices(["--model=gpt-4o"])).priceOf(null)?.inputUsdPerMTok).toBe(2.5);
});

test("the user's metadata wins over what is shipped, with comments and all", async () => {
  const of = (input: number) =>
    `{ // ours\n "gpt-4o": { "input_cost_per_token": ${input}, "output_cost_per_token": 0.000004, }, }`;
  await writeFile(join(folder, ".aider.model.metadata.json"), of(0.000002));
  expect((await prices()).priceOf("gpt-4o")).toEqual({ inputUsdPerMTok: 2, outputUsdPerMTok: 4 });
  const other = join(home, "other.json");
  await writeFile(other, of(0.000001));
  const args = ["--model-metadata-file", other];
  expect((await prices(args)).priceOf("gpt-4o")?.inputUsdPerMTok).toBe(1);
});

test("the settings are those of the folder that the adapter is told", async () => {
  const metadata = { ours: { input_cost_per_token: 0.000001, output_cost_per_token: 0 } };
  await writeFile(join(folder, ".aider.model.metadata.json"), JSON.stringify(metadata));
  const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 0 };
  expect(await (await adapter({ folder })).priceOf?.("ours")).toEqual(price);
  expect(await (await adapter()).priceOf?.("ours")).toBeNull();
});

test("half a price is none", async () => {
  const half = JSON.stringify({ "gpt-4o": { input_cost_per_token: 0.000001 } });
  await writeFile(join(folder, ".aider.model.metadata.json"), half);
  expect((await prices()).priceOf("gpt-4o")).toBeNull();
});

test("without an aider there is no price, and no failure either", async () => {
  const { priceOf } = await adapter({ executable: join(home, "none") });
  expect(await priceOf?.("gpt-4o")).toBeNull();
});
