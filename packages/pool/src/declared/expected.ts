/** A custom check of a schema says what it expects, and what to do. */
export function expected(what: string, remedy?: string): { error: string; params: object } {
  return { error: what, params: { expected: what, ...(remedy && { remedy }) } };
}
