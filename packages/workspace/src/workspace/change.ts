/** One changed file, as git sees it. */
export interface FileChange {
  /** Relative to the repository's root, with `/`. Of a renamed file, its new path. */
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed" | "type-changed";
  /** `null` for a binary file. */
  readonly addedLines: number | null;
  /** `null` for a binary file. */
  readonly removedLines: number | null;
  /** The path before, of a renamed file. */
  readonly from?: string;
  /** The file's mode before and after, when that changed: `["100644", "100755"]` became executable. */
  readonly mode?: readonly [before: string, after: string];
  /** Why no commit can hold it. It is in none then, whoever asks for it. */
  readonly unlandable?: string;
}
