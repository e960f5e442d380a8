import { isAbsolute, posix } from "node:path";
import type { AgentPermissions, Answer, AnsweredQuestion, Question } from "@cluster/pool";
import { topicOf } from "./topic.ts";

/** A question as either protocol sees it. */
export interface AskedByAider {
  readonly kind: "confirm" | "text";
  readonly text: string;
  readonly subject?: string;
}

/** Answers a turn's questions and remembers them: they are part of its evidence. */
export class Questions {
  readonly #permissions: AgentPermissions;
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #answered: AnsweredQuestion[] = [];

  constructor(permissions: AgentPermissions, ask: (question: Question) => Promise<Answer>) {
    this.#permissions = permissions;
    this.#ask = ask;
  }

  get answered(): readonly AnsweredQuestion[] {
    return this.#answered;
  }

  /** By the task's permissions where they decide, by the caller's policy otherwise. */
  async answer(asked: AskedByAider): Promise<Answer> {
    const topic = topicOf(asked.text);
    const question: Question = { ...asked, topic };
    const decided = asked.kind === "confirm" ? this.#decide(question) : null;
    const answer: Answer =
      decided === null ? await this.#ask(question) : { kind: "confirm", yes: decided };
    this.#answered.push({ question, answer });
    return answer;
  }

  #decide({ topic, text, subject }: Question): boolean | null {
    const { commands = false, urls = false, createFiles = true } = this.#permissions;
    switch (topic) {
      case "run-command":
        return commands;
      case "open-url":
        return urls;
      case "create-file":
        return createFiles && !leavesWorkspace(subject);
      case "edit-file":
      case "add-file":
        return leavesWorkspace(subject) ? false : null;
      default:
        // Whoever has aider lint and test wants what it finds to be mended.
        if (/^Attempt to fix (lint|test) errors\?/.test(text)) return true;
        return /^Add command output to the chat\?/.test(text) ? commands : null;
    }
  }
}

/** aider takes the paths that the model writes as they are. */
function leavesWorkspace(path: string | undefined): boolean {
  if (path === undefined) return false;
  return isAbsolute(path) || posix.normalize(path).startsWith("..");
}
