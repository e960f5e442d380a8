/**
 * What the model does to one task. `once` ones answer well when asked again, the others never do.
 */
export const MISCHIEFS = [
  /** A good edit at once. */
  "none",
  "late",
  "malformed-once",
  "malformed",
  "nothing-once",
  "nothing",
  "quota-once",
  "quota",
  "overload-once",
  "overload",
  "cut-once",
  "cut",
  "invalid-json-once",
  /** Never answers. */
  "hangs",
  /** A good edit, and a new file beside it that nobody asked for. */
  "outside-new",
  "outside-new-only",
  /** A good edit, and one of another task's file. */
  "outside-existing",
  /** Says in words that all is well, and says that aider applied an edit. */
  "no-edit",
  "claims-applied",
  /** A block that replaces a line by itself: aider says "Applied edit", and nothing changes. */
  "same-line",
  /** A good block and one that fits nothing; asked for the second again, it says nothing more. */
  "half-malformed-once",
  /** It sends both each time it is asked. */
  "half-malformed",
  /** Two tasks change the same line at the same time; asked again, the loser makes its edit anew. */
  "conflict",
  /** As before, but the loser has nothing to say the second time. */
  "conflict-given-up",
] as const;

export type Mischief = (typeof MISCHIEFS)[number];

/** How often each is chosen, beside all others. */
export const WEIGHTS: Readonly<Record<Mischief, number>> = {
  none: 30,
  late: 10,
  "malformed-once": 5,
  malformed: 4,
  "nothing-once": 4,
  nothing: 3,
  "quota-once": 4,
  quota: 0,
  "overload-once": 5,
  overload: 2,
  "cut-once": 4,
  cut: 2,
  "invalid-json-once": 2,
  hangs: 0,
  "outside-new": 6,
  "outside-new-only": 3,
  "outside-existing": 4,
  "no-edit": 4,
  "claims-applied": 4,
  "same-line": 4,
  "half-malformed-once": 4,
  "half-malformed": 3,
  conflict: 0,
  "conflict-given-up": 0,
};

/** The outcomes that are no surprise. The judge decides by git; this only notices an odd day. */
export const EXPECTED: Readonly<Record<Mischief, readonly string[]>> = {
  none: ["landed"],
  late: ["landed"],
  "malformed-once": ["landed"],
  malformed: ["tool-error"],
  "nothing-once": ["landed"],
  nothing: ["tool-error"],
  "quota-once": ["landed"],
  quota: ["quota"],
  "overload-once": ["landed"],
  overload: ["tool-error"],
  "cut-once": ["landed"],
  cut: ["tool-error"],
  "invalid-json-once": ["landed"],
  hangs: ["timeout"],
  "outside-new": ["landed"],
  "outside-new-only": ["no-change"],
  "outside-existing": ["landed"],
  "no-edit": ["no-change"],
  "claims-applied": ["no-change"],
  "same-line": ["no-change"],
  "half-malformed-once": ["landed"],
  "half-malformed": ["tool-error"],
  conflict: ["landed"],
  "conflict-given-up": ["landed", "conflict"],
};
