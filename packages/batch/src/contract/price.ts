import type { Price, Usage } from "@cluster/manager";

export type { Price } from "@cluster/manager";

const MILLION = 1_000_000;

/** What tokens cost, in US dollars. Providers give discounts, for cached input for instance: it is an upper bound. */
export function costOf(usage: Usage, price: Price): number {
  const { inputTokens, outputTokens } = usage;
  const { inputUsdPerMTok, outputUsdPerMTok } = price;
  return (inputTokens * inputUsdPerMTok + outputTokens * outputUsdPerMTok) / MILLION;
}
