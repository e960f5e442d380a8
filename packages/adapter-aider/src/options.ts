import type { AgentPermissions } from "@cluster/pool";
import { z } from "zod";
import { AiderError } from "./errors/aider-error.ts";

/** How to use aider. Everything has a default. */
export interface AiderOptions {
  /** As aider's `--model`. @default the user's own, or what fits the API key in the environment */
  readonly model?: string;
  /** The `aider` script. @default what {@link findAider} finds */
  readonly executable?: string;
  /** Raw arguments for aider. @default [] */
  readonly extraArguments?: readonly string[];
  /** More variables for aider's environment; `undefined` removes one. @default {} */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * `driver`: over JSON, inside aider's own Python. `sentinel`: by its command line. `auto`: the
   * driver, or the sentinel where the driver does not fit. @default "auto"
   */
  readonly protocol?: "auto" | "driver" | "sentinel";
  /**
   * Where the driver's processes come from. `fork`: out of a server that has imported aider once; each
   * is new, ready in a fraction of a second, and shares most of its memory. `process`: an ordinary
   * process of Python each, which imports for seconds. The sentinel always has ordinary processes.
   * @default "fork" on Linux, "process" elsewhere
   */
  readonly host?: "fork" | "process";
  /** As aider's `--edit-format`. @default the model's */
  readonly editFormat?: string;
  /** How long one model call may take, in milliseconds. @default the user's own, or 300_000 */
  readonly modelTimeoutMs?: number;
  /** How long aider itself may wait between tries of a failed model call, all in all. @default 2_000 */
  readonly retryForMs?: number;
  /**
   * The folder whose settings of aider tell what a model costs, as `priceOf` is asked before anything is
   * started. @default process.cwd()
   */
  readonly folder?: string;
  /** What tasks may do that do not say it themselves. @default files may be created, nothing else */
  readonly permissions?: AgentPermissions;
}

/** The options with their defaults; `null` leaves the choice to aider. */
export interface CompiledOptions {
  readonly model: string | null;
  readonly executable: string | null;
  readonly extraArguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly protocol: "auto" | "driver" | "sentinel";
  readonly host: "fork" | "process";
  readonly editFormat: string | null;
  readonly modelTimeoutMs: number | null;
  readonly retryForMs: number;
  readonly folder: string;
  readonly permissions: AgentPermissions;
}

const text = z.string().min(1);

const Options = z.strictObject({
  model: text.optional(),
  executable: text.optional(),
  extraArguments: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string().optional()).optional(),
  protocol: z.enum(["auto", "driver", "sentinel"]).optional(),
  host: z.enum(["fork", "process"]).optional(),
  editFormat: text.optional(),
  modelTimeoutMs: z.number().positive().optional(),
  retryForMs: z.number().nonnegative().optional(),
  folder: text.optional(),
  permissions: z
    .strictObject({
      commands: z.boolean().optional(),
      createFiles: z.boolean().optional(),
      urls: z.boolean().optional(),
    })
    .optional(),
});

/** @throws {AiderError} OPTION_INVALID. */
export function compileOptions(options: AiderOptions): CompiledOptions {
  const checked = Options.safeParse(options);
  if (!checked.success) {
    throw new AiderError(
      "OPTION_INVALID",
      `An option of aiderAdapter is wrong:\n${z.prettifyError(checked.error)}\n`,
      "See AiderOptions.",
    );
  }
  return {
    model: options.model ?? null,
    executable: options.executable ?? null,
    extraArguments: options.extraArguments ?? [],
    environment: options.environment ?? {},
    protocol: options.protocol ?? "auto",
    host: options.host ?? (process.platform === "linux" ? "fork" : "process"),
    editFormat: options.editFormat ?? null,
    modelTimeoutMs: options.modelTimeoutMs ?? null,
    retryForMs: options.retryForMs ?? 2_000,
    folder: options.folder ?? process.cwd(),
    permissions: options.permissions ?? {},
  };
}
