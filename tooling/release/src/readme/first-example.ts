/** The languages in which a README may begin; CONTRIBUTING.md says how each is run. */
export type ExampleLanguage = "js" | "ts" | "sh";

/** The first example of a README. */
export interface FirstExample {
  readonly language: ExampleLanguage;
  readonly code: string;
  /** What the README says that it prints, or null when it does not say. */
  readonly expected: string | null;
}

interface FencedBlock {
  readonly language: string;
  readonly text: string;
}

/**
 * The first block marked `js`, `ts` or `sh`; when the very next block is marked `text`, that is its
 * expected output. What comes before it (how to install) is left unmarked or marked otherwise.
 * @throws {Error} when there is no such block
 */
export function firstExample(readme: string): FirstExample {
  const blocks = fencedBlocks(readme);
  const index = blocks.findIndex(({ language }) => isExampleLanguage(language));
  const block = blocks[index];
  if (block === undefined || !isExampleLanguage(block.language)) {
    throw new Error("Expected a block marked js, ts or sh in the README, found none");
  }
  const next = blocks[index + 1];
  return {
    language: block.language,
    code: block.text,
    expected: next?.language === "text" ? next.text : null,
  };
}

function isExampleLanguage(language: string): language is ExampleLanguage {
  return language === "js" || language === "ts" || language === "sh";
}

function fencedBlocks(markdown: string): FencedBlock[] {
  // A fence ends with one that is at least as long, so that a block can hold shorter fences.
  const fence = /^(?<open>`{3,})(?<language>[^\s`]*)[^\n`]*\n(?<text>[\s\S]*?)^\k<open>`*[ \t]*$/gm;
  return [...markdown.replaceAll("\r\n", "\n").matchAll(fence)].map(({ groups }) => ({
    language: groups?.language ?? "",
    text: groups?.text ?? "",
  }));
}
