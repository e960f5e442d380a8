import { join } from "node:path";
import type { Price } from "@cluster/pool";
import type { AiderInstallation } from "../installation/inspect.ts";
import { modelAliases } from "./model-aliases.ts";
import { entryOf, type ModelTable, metadata, priceIn, shippedPrices } from "./price-table.ts";
import { readUserSettings, type SettingsPlace, type UserSettings } from "./user-settings.ts";

/** The prices that one aider reckons with; they are read when the first is asked for, and once. */
export class AiderPrices {
  readonly #tables: readonly ModelTable[];
  readonly #settings: UserSettings;
  readonly #aliases: ReadonlyMap<string, string>;

  private constructor(
    tables: readonly ModelTable[],
    settings: UserSettings,
    aliases: ReadonlyMap<string, string>,
  ) {
    this.#tables = tables;
    this.#settings = settings;
    this.#aliases = aliases;
  }

  /** @param args aider's arguments, which win over its settings elsewhere */
  static async read(
    { packages }: Pick<AiderInstallation, "packages">,
    args: readonly string[],
    place: SettingsPlace,
  ): Promise<AiderPrices> {
    const settings = await readUserSettings(args, place);
    const own = await metadata([
      join(packages.aider, "resources", "model-metadata.json"),
      ...settings.files(".aider.model.metadata.json"),
      ...settings.values("model-metadata-file"),
    ]);
    const tables = [own, await shippedPrices(packages.litellm)];
    const aliases = new Map(await modelAliases(packages.aider));
    for (const definition of settings.values("alias")) {
      const colon = definition.indexOf(":");
      if (colon > 0)
        aliases.set(definition.slice(0, colon).trim(), definition.slice(colon + 1).trim());
    }
    return new AiderPrices(tables, settings, aliases);
  }

  /** @param name `null`: the model of the user's settings; without one aider goes by the keys it finds */
  priceOf(name: string | null): Price | null {
    const asked = name ?? this.#settings.values("model").at(-1);
    if (asked === undefined) return null;
    const model = this.#aliases.get(asked) ?? asked;
    for (const table of this.#tables) {
      const entry = entryOf(model, table);
      if (entry !== null) return priceIn(entry);
    }
    return null;
  }
}
