import type { ExitName } from "../exit/exit-codes.ts";

/** Takes the exit that a command's end means. */
export type OnExit = (exit: ExitName) => void;
