/** What a model costs, as its provider lists it: US dollars for a million tokens. */
export interface Price {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
}
