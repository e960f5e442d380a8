import type { RoutingRequest } from "../strategy/strategy.ts";

const RANGE = 2 ** 32;
/** 2^32 over the golden ratio: its multiples fall evenly into any range, however many there are. */
const GOLDEN = 0x9e3779b1;

/**
 * Where the dice fell for a request, from 0 to below 1: its own `chance`, or what its numbers are mixed
 * to, so that the same arguments give the same choice.
 */
export function chanceOf(request: RoutingRequest): number {
  const { chance } = request;
  if (chance !== undefined) return inRange(chance);
  let hash = Math.imul(request.sequence, GOLDEN) ^ Math.imul(request.attempt, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / RANGE;
}

/** As {@link chanceOf}, but one request after the other: any stretch of them covers the range evenly. */
export function evenChanceOf(request: RoutingRequest): number {
  const { chance, sequence, attempt } = request;
  if (chance !== undefined) return inRange(chance);
  return (Math.imul(sequence + attempt - 1, GOLDEN) >>> 0) / RANGE;
}

function inRange(chance: number): number {
  return chance >= 0 && chance < 1 ? chance : 0;
}
