import type { OnQuota } from "@cluster/batch";

/** What {@link onQuotaOf} takes, for messages. */
export const ON_QUOTA_FORM = "wait, pause or switch=MODEL";

/** What follows when a provider refuses for quota; `undefined` when the text does not say so. */
export function onQuotaOf(text: string): OnQuota | undefined {
  if (text === "wait" || text === "pause") return text;
  const switchTo = /^switch=\s*(\S.*)$/.exec(text)?.[1]?.trim();
  return switchTo === undefined ? undefined : { switchTo };
}
