import type { ToolConnection } from "../contract/tool-connection.ts";

/** A connection with one context: no declared tool has several in a process. */
export type OneContext<Request, Result> = Omit<ToolConnection<Request, Result>, "openSession">;
