import {
  type AgentResult,
  type AgentTask,
  PROCESS_MARKER,
  ProtocolError,
  type SessionOptions,
  type Slot,
  type ToolConnection,
  type ToolProcess,
  type ToolSession,
  type TurnContext,
} from "@cluster/pool";
import { RefusalWatch } from "./failures/refusal-watch.ts";
import { mayExecute } from "./permissions/policy.ts";
import { record } from "./proof/usage.ts";
import { AgentSession } from "./session/agent-session.ts";
import type { SessionSettings } from "./session/session-settings.ts";
import { markerOf } from "./terminals/marker.ts";
import { AgentLink } from "./wire/agent-link.ts";

/** The only version that agents speak today. */
const PROTOCOL_VERSION = 1;

/** One process of an agent, and the session that its turns are on. */
export class AcpConnection implements ToolConnection<AgentTask, AgentResult> {
  /** Absent where the agent does not go at the end of its input: then it is told by a signal at once. */
  readonly close?: () => Promise<void>;
  /** Absent where the agent leaves unknown requests unanswered: each would be taken for its death. */
  ping?: (signal: AbortSignal) => Promise<void>;
  readonly #link: AgentLink;
  readonly #settings: SessionSettings;
  readonly #own: AgentSession;
  readonly #sessions = new Set<AgentSession>();
  #canClose = false;

  constructor(
    process: ToolProcess,
    slot: Slot,
    given: Omit<SessionSettings, "canClose" | "refusals">,
  ) {
    const { name, profile, terminalEnvironment } = given;
    const marker = markerOf(process.pid);
    this.#settings = {
      ...given,
      // Whoever looks for what an agent has left running finds what we ran for it, too.
      terminalEnvironment:
        marker === null
          ? terminalEnvironment
          : { ...terminalEnvironment, [PROCESS_MARKER]: marker },
      canClose: () => this.#canClose,
      refusals: new RefusalWatch(process.stderr, name, profile),
    };
    this.#link = new AgentLink(process, name, profile);
    this.#own = this.#session(slot.cwd);
    if (profile.ends !== "sigterm") this.close = () => this.#endSessions();
    // However it ends, no command of it goes on.
    void process.exited.then(() => this.#endSessions());
  }

  async ready(): Promise<void> {
    const { policy, permissions, name, profile } = this.#settings;
    const { fileCalls = "both" } = profile;
    const answer = await this.#link.request("initialize", {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: {
        fs: { readTextFile: fileCalls === "both", writeTextFile: fileCalls !== "none" },
        terminal: mayExecute(policy, permissions),
      },
      clientInfo: { name: "cluster", version: "1" },
    });
    if (answer.protocolVersion !== PROTOCOL_VERSION) {
      const found = JSON.stringify(answer.protocolVersion);
      throw new ProtocolError(
        `${name} speaks version ${found} of the protocol, and this adapter ${PROTOCOL_VERSION}. ` +
          "Use a version of the agent that speaks that one.",
      );
    }
    const { sessionCapabilities } = record(answer.agentCapabilities);
    const { close } = record(sessionCapabilities);
    this.#canClose = close !== undefined && close !== null;
    // Answered at once, while the agent still opens the session.
    this.#link.ping().catch(() => {});
    await this.#own.open();
    if (this.#link.answersPings) this.ping = (signal) => this.#link.ping(signal);
  }

  run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    return this.#own.run(task, context);
  }

  async openSession({ cwd }: SessionOptions): Promise<ToolSession<AgentTask, AgentResult>> {
    const session = this.#session(cwd);
    const close = async (): Promise<void> => {
      this.#sessions.delete(session);
      await session.close();
    };
    try {
      await session.open();
    } catch (error) {
      await close();
      throw error;
    }
    return {
      run: (task, context) => session.run(task, context),
      interrupt: () => session.interrupt(),
      reset: () => session.reset(),
      close,
    };
  }

  async reset(): Promise<void> {
    await this.#own.reset();
  }

  async interrupt(): Promise<void> {
    await this.#own.interrupt();
  }

  #session(cwd: string): AgentSession {
    const session = new AgentSession(this.#link, this.#settings, cwd);
    this.#sessions.add(session);
    return session;
  }

  async #endSessions(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.end()));
  }
}
