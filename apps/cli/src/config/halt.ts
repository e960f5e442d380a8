import type { HaltOptions } from "@cluster/batch";

/** What {@link haltOf} takes, for messages. */
export const HALT_FORM =
  "a number of failed tasks (20), a share of those that ended (10%), or same=N for one reason, with commas between several";

/** When a run gives up; `undefined` when the text does not say so. */
export function haltOf(text: string): HaltOptions | undefined {
  let rules: HaltOptions = {};
  for (const rule of text.split(",")) {
    const [, same, number = "", percent] = /^(same=)?(\d+(?:\.\d+)?)(%)?$/.exec(rule.trim()) ?? [];
    const value = Number(number);
    if (number === "" || value <= 0) return undefined;
    if (percent !== undefined) {
      if (same !== undefined || value > 100) return undefined;
      rules = { ...rules, share: value / 100 };
    } else if (!Number.isSafeInteger(value)) return undefined;
    else
      rules = same === undefined ? { ...rules, failures: value } : { ...rules, sameReason: value };
  }
  return rules;
}
