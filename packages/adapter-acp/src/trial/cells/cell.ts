import type { Scene } from "../scene.ts";

/** One promise of an agent that is driven by us, and how it is seen to be kept. */
export interface Cell {
  readonly name: string;
  /**
   * Resolves with a word on how it was kept.
   * @throws {Error} when it was not
   */
  run(scene: Scene): Promise<string>;
}
