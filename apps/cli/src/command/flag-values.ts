import type { DeliveryChoice, Per, Price } from "@cluster/batch";
import { InvalidArgumentError } from "commander";
import { DURATION_FORM, durationMs } from "../config/duration.ts";
import { FAIL_OVER_FORM, failOverOf } from "../config/fail-over.ts";
import { LAND_FORM, landOf } from "../config/land.ts";
import { PER_FORM, perOf } from "../config/per.ts";
import { PRICE_FORM, priceOf } from "../config/price.ts";
import { SIZE_FORM, sizeBytes } from "../config/size.ts";

function whole(value: string, least: number): number {
  const number = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
}

/** `-w`: at least one instance. */
export function workersFlag(value: string): number {
  return whole(value, 1);
}

/** `--retries`: none or more. */
export function retriesFlag(value: string): number {
  return whole(value, 0);
}

/** A number of lines, or of an instance: from 0 on. */
export function countFlag(value: string): number {
  return whole(value, 0);
}

/** `--older`: milliseconds; days too. */
export function ageFlag(value: string): number {
  const days = /^(\d+)d$/.exec(value.trim())?.[1];
  return days === undefined ? durationFlag(value) : Number(days) * 86_400_000;
}

/** `--timeout`, `--idle-timeout`: milliseconds. */
export function durationFlag(value: string): number {
  const ms = durationMs(value);
  if (ms === undefined) throw new InvalidArgumentError(`It takes ${DURATION_FORM}.`);
  return ms;
}

/** A text that is not blank. */
export function textFlag(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return value;
}

/** `--read`, which may be given several times. */
export function collectFlag(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), textFlag(value)];
}

/** `--per`. */
export function perFlag(value: string): Per {
  const per = perOf(value);
  if (per === undefined) throw new InvalidArgumentError(`It takes ${PER_FORM}.`);
  return per;
}

/** `--price`, which may be given several times. */
export function priceFlag(
  value: string,
  previous: Readonly<Record<string, Price>> | undefined,
): Readonly<Record<string, Price>> {
  const told = priceOf(value);
  if (told === undefined) throw new InvalidArgumentError(`It takes ${PRICE_FORM}.`);
  return { ...previous, [told.model]: told.price };
}

/** `--fail-over`. */
export function failOverFlag(value: string): string {
  if (failOverOf(value) !== undefined) return value;
  throw new InvalidArgumentError(`It takes ${FAIL_OVER_FORM}.`);
}

/** `--land`. */
export function landFlag(value: string): DeliveryChoice {
  const choice = landOf(value);
  if (choice === undefined) throw new InvalidArgumentError(`It takes ${LAND_FORM}.`);
  return choice;
}

/** `--max-disk`: bytes. */
export function sizeFlag(value: string): number {
  const bytes = sizeBytes(value);
  if (bytes === undefined) throw new InvalidArgumentError(`It takes ${SIZE_FORM}.`);
  return bytes;
}
