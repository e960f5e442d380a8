import type { Price } from "@cluster/batch";

/** What {@link priceOf} takes, for messages. */
export const PRICE_FORM =
  "IN,OUT or MODEL=IN,OUT, US dollars for a million tokens of input and output, such as 3,15";

/** What a text says of prices: the model, or `*` for all, and its price; `undefined` when it is none. */
export function priceOf(
  text: string,
): { readonly model: string; readonly price: Price } | undefined {
  const [, model = "*", input, output] =
    /^(?:(.*\S)\s*=)?\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (input === undefined) return undefined;
  return { model, price: { inputUsdPerMTok: Number(input), outputUsdPerMTok: Number(output) } };
}
