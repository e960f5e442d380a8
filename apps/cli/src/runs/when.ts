import { formatTime } from "@cluster/batch/kept";

/** A moment in the user's own time: `2026-03-01 09:30:00`. */
export function formatMoment(at: number): string {
  const date = new Date(at);
  const pad = (part: number): string => String(part).padStart(2, "0");
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
  return `${day} ${time}`;
}

/** How long ago a moment was. */
export function formatAgo(at: number, now: number): string {
  const days = (now - at) / 86_400_000;
  return days >= 2 ? `${Math.floor(days)} days ago` : `${formatTime(Math.max(0, now - at))} ago`;
}
