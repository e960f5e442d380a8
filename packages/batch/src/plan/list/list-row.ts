/** One task as its list has it, before anything of it is understood. */
export interface ListRow {
  readonly values: ReadonlyMap<string, unknown>;
  /** Where it is, or one of its values: `tasks.csv:3`. Asked for when something is wrong with it only. */
  at(field?: string): string;
}

/** What a list says. */
export interface ListContent {
  readonly rows: readonly ListRow[];
  /** Cells are text: several paths or names in one are parted by `;`. */
  readonly cells: boolean;
}
