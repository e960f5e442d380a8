// The same small work for every pool: what it costs to reach a worker is what is measured.
export function work({ text, factor }) {
  return { text: text.toUpperCase(), product: text.length * factor };
}
