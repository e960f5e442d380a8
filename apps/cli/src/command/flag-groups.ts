/** The headings of long helps, in the order in which they are shown. */
export const GROUPS = {
  mostUsed: "Most used:",
  chosen: "Which tasks:",
  tasks: "Where tasks come from:",
  turns: "Each task:",
  worktrees: "Worktrees and landing:",
  trial: "A trial first, and limits:",
  quota: "When the provider refuses:",
  output: "Report and output:",
  general: "General:",
} as const;
