/** What a tool's question is about, so that a policy can answer it without reading English. */
export type QuestionTopic =
  | "edit-file"
  | "create-file"
  | "add-file"
  | "run-command"
  | "open-url"
  | "other";

/** A question that a tool asks in the middle of a turn. */
export interface Question {
  readonly kind: "confirm" | "text";
  readonly topic: QuestionTopic;
  readonly text: string;
  /** What it is about: a path, a command, an address. */
  readonly subject?: string;
}

/** The answer: yes or no to a `confirm`, a text to a `text`. */
export type Answer =
  | { readonly kind: "confirm"; readonly yes: boolean }
  | { readonly kind: "text"; readonly text: string };

/** A question with the answer it got: part of a turn's evidence. */
export interface AnsweredQuestion {
  readonly question: Question;
  readonly answer: Answer;
}

/** Answers questions for whoever runs a turn. */
export type QuestionPolicy = (question: Question) => Answer | Promise<Answer>;
