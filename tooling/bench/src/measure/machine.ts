import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";

/** The machine, for the head of a table of figures. */
export function describeMachine(): string {
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, ${memory} GiB, ${platform()} ${release()} ${arch()}, Node ${process.versions.node}`;
}
