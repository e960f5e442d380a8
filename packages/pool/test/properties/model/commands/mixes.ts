import fc from "fast-check";
import type { Model } from "../model.ts";
import type { World } from "../world.ts";
import { command } from "./command.ts";
import { drain, shutdown } from "./endings.ts";
import { kill, nextStarts, ready, resize, restart, start, stop } from "./instances.ts";
import { lease, leaseRun, release } from "./leases.ts";
import { produce } from "./produce.ts";
import { abort, backlog, cancel, finish, run } from "./requests.ts";
import { jump, setBack } from "./time.ts";

type Mix = readonly fc.Arbitrary<fc.AsyncCommand<Model, World>>[];

/** Processes die, are killed, stopped and replaced under their turns. */
const lifecycle: Mix = [run, run, finish, kill, stop, start, restart, nextStarts, ready].map(
  command,
);

/** Many requests with wishes, given up in every way. */
const queueing: Mix = [
  ...[
    run,
    run,
    run,
    backlog,
    backlog,
    produce,
    finish,
    finish,
    finish,
    cancel,
    abort,
    jump,
    kill,
  ].map(command),
];

/** Leases between ordinary requests, while the pool grows and shrinks. */
const leasing: Mix = [lease, lease, leaseRun, leaseRun, release, run, finish, resize].map(command);

/** All that can be done to a pool. */
const everything: Mix = [
  ...[lifecycle, queueing, leasing].flat(),
  // After an end there is little left to see.
  command(fc.oneof({ arbitrary: setBack, weight: 4 }, drain, shutdown)),
];

export const mixes: Readonly<Record<MixName, Mix>> = { lifecycle, queueing, leasing, everything };

export type MixName = "lifecycle" | "queueing" | "leasing" | "everything";

export const MIXES: readonly MixName[] = ["lifecycle", "queueing", "leasing", "everything"];
