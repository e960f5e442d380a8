import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SerialQueue } from "../concurrency/serial-queue.ts";
import { syncFolder } from "../disk/durable.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Entries } from "./entry.ts";
import { stateFailed } from "./state-failure.ts";

/** An attempt: its task and token, which nobody else has. */
export interface AttemptName {
  readonly task: string;
  readonly token: number;
}

/** What an attempt made of files: their contents before and after. */
export interface Edit extends AttemptName {
  /** A hash of the rest. */
  readonly id: string;
  readonly before: Entries;
  readonly after: Entries;
}

/** What is written down, before anybody acts on it. */
export type RecordLine =
  /** A turn may begin: what stood at the attempt's files is kept. */
  | ({ readonly type: "begun"; readonly before: Entries } & AttemptName)
  | ({ readonly type: "edit" } & Edit)
  /** The edit stays in the folder, and the attempt is over. */
  | ({ readonly type: "landed"; readonly edit: string } & AttemptName)
  /** The files are as they were, and the attempt is over. */
  | ({ readonly type: "restored" } & AttemptName)
  /** The edit can be looked at in a folder. */
  | { readonly type: "kept"; readonly edit: string; readonly name: string; readonly where: string }
  /** A landed edit was taken back. */
  | { readonly type: "undone"; readonly edit: string };

/** Gives an edit its id. */
export function namedEdit(edit: Omit<Edit, "id">): Edit {
  const id = createHash("sha256").update(JSON.stringify(edit)).digest("hex");
  return { id, ...edit };
}

/** What a record says. */
export class RecordState {
  readonly edits: Map<string, Edit> = new Map();
  /** Attempts whose files are neither restored nor landed, with what stood there before. */
  readonly open: Map<string, AttemptName & { readonly before: Entries }> = new Map();
  /** By edit, in their order. */
  readonly landed: Map<string, AttemptName> = new Map();
  readonly undone: Set<string> = new Set();
  /** By edit and name. */
  readonly kept: Map<string, string> = new Map();

  apply(line: RecordLine): void {
    switch (line.type) {
      case "begun":
        this.open.set(nameOf(line), line);
        break;
      case "edit": {
        const { type: _, ...edit } = line;
        this.edits.set(edit.id, edit);
        break;
      }
      case "landed":
        this.open.delete(nameOf(line));
        // One that was taken back and lands again is the newest.
        this.undone.delete(line.edit);
        this.landed.delete(line.edit);
        this.landed.set(line.edit, { task: line.task, token: line.token });
        break;
      case "restored":
        this.open.delete(nameOf(line));
        break;
      case "kept":
        this.kept.set(keptAs(line.edit, line.name), line.where);
        break;
      case "undone":
        this.undone.add(line.edit);
        break;
    }
  }
}

/**
 * Reads a record; none is an empty one. A last line that was cut short was never acted on.
 * @returns what it says, and its length in bytes
 * @throws {WorkspaceError} STATE_FAILED
 */
export async function readRecord(path: string): Promise<{ state: RecordState; length: number }> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const state = new RecordState();
  let length = 0;
  for (let end = bytes.indexOf("\n"); end >= 0; end = bytes.indexOf("\n", length)) {
    const line = parsed(bytes.subarray(length, end));
    if (line === null) throw damaged(path, length);
    state.apply(line);
    length = end + 1;
  }
  return { state, length };
}

/**
 * A run's own record of what it did to the folder: one line for each step, a checksum and JSON, on
 * the disk before the next step.
 */
export class InPlaceRecord {
  readonly state: RecordState;
  readonly #file: FileHandle;
  readonly #queue = new SerialQueue();
  #length: number;

  private constructor(file: FileHandle, state: RecordState, length: number) {
    this.#file = file;
    this.state = state;
    this.#length = length;
  }

  /** Opens a record, and makes it where there is none. */
  static async open(path: string): Promise<InPlaceRecord> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { state, length } = await readRecord(path);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      await file.truncate(length);
      await syncFolder(dirname(path));
      return new InPlaceRecord(file, state, length);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Resolves when the line is on the disk. */
  write(line: RecordLine): Promise<void> {
    return this.#queue.run(async () => {
      try {
        await this.#append(line);
      } catch (cause) {
        throw stateFailed("The record of a run in place", cause);
      }
      this.state.apply(line);
    });
  }

  close(): Promise<void> {
    return this.#queue.run(() => this.#file.close());
  }

  async #append(line: RecordLine): Promise<void> {
    const json = JSON.stringify(line);
    const bytes = Buffer.from(`${checksum(json)} ${json}\n`);
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        at,
        bytes.length - at,
        this.#length + at,
      );
      at += bytesWritten;
    }
    await this.#file.datasync();
    this.#length += bytes.length;
  }
}

/** A record that says something else than was written would have us write to the wrong file. */
function checksum(json: string | Uint8Array): string {
  return createHash("sha256").update(json).digest("hex").slice(0, 8);
}

function parsed(line: Buffer): RecordLine | null {
  const json = line.subarray(9);
  if (line.toString("latin1", 0, 9) !== `${checksum(json)} `) return null;
  return JSON.parse(json.toString("utf8")) as RecordLine;
}

function damaged(path: string, at: number): WorkspaceError {
  return new WorkspaceError(
    "STATE_FAILED",
    `The record of a run in place is damaged at byte ${at}: ${path}. Nothing was restored. The contents ` +
      "that it kept are beside it, in `contents`, and what is before that byte says which file is which.",
  );
}

/** The key of an attempt. */
export function nameOf({ task, token }: AttemptName): string {
  return `${task}:${token}`;
}

/** The key of an edit that is kept under a name. */
export function keptAs(edit: string, name: string): string {
  return `${edit}:${name}`;
}
