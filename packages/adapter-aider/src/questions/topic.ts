import type { QuestionTopic } from "@cluster/pool";

/** What aider asks, in its own words (coders/base_coder.py and commands.py of 0.86). */
const TOPICS: readonly (readonly [RegExp, QuestionTopic])[] = [
  [/^Run shell commands?\?/, "run-command"],
  [/^Create new file\?|^No files matched .* create/s, "create-file"],
  [/^Allow edits to file/, "edit-file"],
  [/^Add file to the chat\?/, "add-file"],
  [/^Add URL to the chat\?|^Open (URL|documentation)|^Login to/i, "open-url"],
];

/** What a question of aider is about. */
export function topicOf(text: string): QuestionTopic {
  return TOPICS.find(([words]) => words.test(text))?.[1] ?? "other";
}
