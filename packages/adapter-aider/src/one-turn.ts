import type {
  AgentResult,
  AgentTask,
  ToolAdapter,
  ToolConnection,
  ToolProcess,
} from "@cluster/pool";

type AiderTool = ToolAdapter<AgentTask, AgentResult>;
type AiderSpeech = ToolConnection<AgentTask, AgentResult>;

/** An adapter whose processes live for one turn each. */
export function forOneTurn({ oneShot: _, ...adapter }: AiderTool): AiderTool {
  return {
    ...adapter,
    capabilities: { edits: true, oneShot: true },
    connect: (process, slot) => oneTurn(adapter.connect(process, slot), process),
  };
}

/**
 * The result comes before the exit. An exit without one is told here: of a one-shot tool the pool takes it
 * for the end of the turn, and waits for what is made of it.
 */
function oneTurn(connection: AiderSpeech, process: ToolProcess): AiderSpeech {
  const closed = new Promise<void>((resolve) => process.stdout.once("close", resolve));
  // Its last words may be why.
  const gone = Promise.all([process.exited, closed]).then((): never => {
    throw new Error("aider is gone before its answer.");
  });
  gone.catch(() => {});
  return {
    ready: (signal) => Promise.race([connection.ready(signal), gone]),
    run: (task, context) => {
      // The sentinel names itself.
      context.endedBy("protocol");
      return Promise.race([connection.run(task, context), gone]);
    },
    interrupt: async () => connection.interrupt?.(),
    close: async () => connection.close?.(),
  };
}
