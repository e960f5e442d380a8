/** What is said of an attempt that a killed process had under way. */
export function keptAs(ref: string): string {
  return `An attempt was cut short; what it had edited is kept as ${ref}.`;
}
