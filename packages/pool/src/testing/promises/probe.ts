import { isAbsolute } from "node:path";
import type { Price } from "../../contract/price.ts";
import type { ToolProbe } from "../../contract/tool-adapter.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import { shown } from "../bench/turns.ts";
import { broken, describeError, notOffered } from "../verdict.ts";

export const PROBE_PROMISES: readonly AdapterPromise[] = [
  {
    id: "probe.found",
    sentence: "says which version of its tool is installed, and where",
    remedy: "Let probe() ask the tool for its version, and give the absolute path that was run.",
    async keep({ adapter }) {
      const probe = await probed(adapter);
      if (!probe.installed) broken(`Expected the tool to be found, found: ${probe.reason}`);
      if (typeof probe.version !== "string" || probe.version.trim() === "") {
        broken(`Expected a version, found ${shown(probe.version)}.`);
      }
      if (typeof probe.path !== "string" || !isAbsolute(probe.path)) {
        broken(`Expected the absolute path of the tool, found ${shown(probe.path)}.`);
      }
    },
  },
  {
    id: "probe.absent",
    sentence: "says of a tool that is missing why, and what to do about it",
    remedy:
      "Let probe() resolve with installed: false, a reason, and what to do about it; it throws nothing.",
    needs: ["absent"],
    async keep(bench) {
      const probe = await probed(await bench.sample(bench.samples.absent));
      if (probe.installed) broken(`Expected the tool to be missing, found ${shown(probe)}.`);
      for (const name of ["reason", "remedy"] as const) {
        if (typeof probe[name] !== "string" || probe[name].trim() === "") {
          broken(`Expected a ${name}, found ${shown(probe[name])}.`);
        }
      }
    },
  },
  {
    id: "price.sound",
    sentence: "knows a price, or says that it does not",
    remedy:
      "Let priceOf() resolve with null for a model that it does not know, and with dollars for a million tokens otherwise.",
    async keep({ adapter }) {
      if (adapter.priceOf === undefined) notOffered("it has no priceOf()");
      for (const model of [null, "no-such-model-of-any-provider"]) {
        let price: Price | null;
        try {
          price = await adapter.priceOf(model);
        } catch (error) {
          broken(
            `Expected a price or null for ${shown(model)}, found ${describeError(error)}`,
            error,
          );
        }
        if (price === null) continue;
        for (const amount of [price.inputUsdPerMTok, price.outputUsdPerMTok]) {
          if (!Number.isFinite(amount) || amount < 0) {
            broken(`Expected US dollars for a million tokens, found ${shown(price)}.`);
          }
        }
      }
    },
  },
];

async function probed(adapter: { probe?(): Promise<ToolProbe> }): Promise<ToolProbe> {
  if (adapter.probe === undefined) notOffered("it has no probe()");
  try {
    return await adapter.probe();
  } catch (error) {
    broken(`Expected an answer of probe(), found ${describeError(error)}`, error);
  }
}
