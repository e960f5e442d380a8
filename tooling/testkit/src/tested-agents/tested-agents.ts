/** An agent of this run of `npm run test:agents`. */
export interface TestedAgent<Name extends string = string> {
  readonly agent: Name;
  /** Null for one that could not be installed. */
  readonly program: string | null;
}

/** What `npm run test:agents` has installed: all of them, by name. */
export function testedAgents<Name extends string>(): readonly TestedAgent<Name>[] {
  return JSON.parse(process.env.CLUSTER_TESTED_AGENTS ?? "[]") as readonly TestedAgent<Name>[];
}
