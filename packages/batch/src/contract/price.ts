import type { Usage } from "@cluster/manager";

/** What a model costs, as its provider lists it: US dollars for a million tokens. */
export interface Price {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
}

const MILLION = 1_000_000;

/** What tokens cost, in US dollars. Providers give discounts, for cached input for instance: it is an upper bound. */
export function costOf(usage: Usage, price: Price): number {
  const { inputTokens, outputTokens } = usage;
  const { inputUsdPerMTok, outputUsdPerMTok } = price;
  return (inputTokens * inputUsdPerMTok + outputTokens * outputUsdPerMTok) / MILLION;
}
