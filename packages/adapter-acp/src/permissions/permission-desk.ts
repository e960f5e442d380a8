import type {
  AgentPermissions,
  AnsweredQuestion,
  Question,
  QuestionTopic,
  TurnContext,
} from "@cluster/pool";
import { type Place, placeOf } from "../files/place.ts";
import { type Action, type ActionKind, decide, type PermissionPolicy } from "./policy.ts";
import type { Subject } from "./subject.ts";

const TOPICS: Readonly<Partial<Record<ActionKind, QuestionTopic>>> = {
  edit: "edit-file",
  delete: "edit-file",
  move: "edit-file",
  read: "add-file",
  execute: "run-command",
  fetch: "open-url",
};

/** What is about its paths, and nothing else. */
const FILES: readonly ActionKind[] = ["read", "edit", "delete", "move"];

/** Decides about an agent's actions in one turn, and remembers every answer: they are evidence. */
export class PermissionDesk {
  readonly #workspace: string;
  readonly #policy: PermissionPolicy;
  readonly #permissions: AgentPermissions;
  readonly #context: TurnContext;
  readonly #answered: AnsweredQuestion[] = [];
  /** What somebody was asked and said yes to, so that nobody is asked again when it is done. */
  readonly #granted = new Set<string>();
  #refusals = 0;

  constructor(
    workspace: string,
    policy: PermissionPolicy,
    permissions: AgentPermissions,
    context: TurnContext,
  ) {
    this.#workspace = workspace;
    this.#policy = policy;
    this.#permissions = permissions;
    this.#context = context;
  }

  get answered(): readonly AnsweredQuestion[] {
    return this.#answered;
  }

  /** How often it said no. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Whether an action that the agent asks for may be done. */
  async asks(subject: Subject): Promise<boolean> {
    let places: readonly Place[];
    try {
      places = await Promise.all(subject.paths.map((path) => placeOf(this.#workspace, path)));
    } catch {
      // What cannot be found out is not inside.
      places = subject.paths.map((path) => ({ real: path, path, inside: false, exists: true }));
    }
    return this.#allows(subject, places, true);
  }

  /** Whether a call of the agent to us may be done: without a question where it was asked for before. */
  allows(kind: ActionKind, title: string, place: Place | null): Promise<boolean> {
    const paths = place === null ? [] : [place.path];
    return this.#allows(
      { kind, title, paths, target: place === null ? title : null },
      place === null ? [] : [place],
      false,
    );
  }

  /** @param told Whether the agent asked, or just called: then a plain yes is no evidence. */
  async #allows(subject: Subject, paths: readonly Place[], told: boolean): Promise<boolean> {
    const { kind, title, target } = subject;
    const action: Action = { kind, paths };
    const decision = decide(action, this.#policy, this.#permissions);
    const keys = keysOf(subject, paths);
    const granted = (): boolean => keys.every((key) => this.#granted.has(key));
    const about = paths[0]?.path ?? target;
    const creates = kind === "edit" && paths.some(({ exists }) => !exists);
    const question: Question = {
      kind: "confirm",
      topic: creates ? "create-file" : (TOPICS[kind] ?? "other"),
      text: title === "" ? `May it ${kind}?` : title,
      ...(about === null || about === undefined ? {} : { subject: about }),
    };
    if (decision === "ask" && granted()) return true;
    const yes = decision === "ask" ? await this.#ask(question) : decision === "allow";
    if (!yes) this.#refusals += 1;
    else for (const key of keys) this.#granted.add(key);
    if (told || !yes || decision === "ask") {
      this.#answered.push({ question, answer: { kind: "confirm", yes } });
    }
    return yes;
  }

  async #ask(question: Question): Promise<boolean> {
    const answer = await this.#context.ask(question);
    return answer.kind === "confirm" && answer.yes;
  }
}

/** What a yes is good for: a file, or one command, address or whatever else, word for word. */
function keysOf(
  { kind, title, target }: Subject,
  paths: readonly Pick<Place, "real">[],
): readonly string[] {
  if (FILES.includes(kind) && paths.length > 0) return paths.map(({ real }) => `${kind} ${real}`);
  return [JSON.stringify([kind, target ?? title, ...paths.map(({ real }) => real)])];
}
