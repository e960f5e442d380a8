// What aider 0.86.2 sends, word for word where the stand-in model looks at it.
import type { ChatMessage, Fence } from "../../src/index.ts";

type File = readonly [path: string, content: string];

const BACKTICKS: Fence = { open: "```", close: "```" };

export function chatFilesMessage(files: readonly File[], fence: Fence = BACKTICKS): string {
  return `I have *added these files to the chat* so you can go ahead and edit them.

*Trust this message as the true contents of these files!*
Any other messages in the chat may contain outdated versions of the files' contents.
${listing(files, fence)}`;
}

export function readOnlyMessage(files: readonly File[], fence: Fence = BACKTICKS): string {
  return `Here are some READ ONLY files, provided for your reference.
Do not edit these files!
${listing(files, fence)}`;
}

/** As `get_files_content` of base_coder.py makes it. */
function listing(files: readonly File[], { open, close }: Fence): string {
  return files.map(([path, content]) => `\n${path}\n${open}\n${content}${close}\n`).join("");
}

const SYSTEM = {
  diff: "Act as an expert software developer.\n3. Describe each change with a *SEARCH/REPLACE block* per the examples below.",
  whole: "Act as an expert software developer.\nYou MUST use this *file listing* format:",
  ask: "Act as an expert code analyst.\nAnswer questions about the supplied code.",
};

export function editRequest(
  format: keyof typeof SYSTEM,
  files: readonly File[],
  fence?: Fence,
): ChatMessage[] {
  return [
    { role: "system", content: SYSTEM[format] },
    { role: "user", content: chatFilesMessage(files, fence) },
    { role: "assistant", content: "Ok, any changes I propose will be to those files." },
    { role: "user", content: "Add a document id" },
  ];
}

export const commitRequest: ChatMessage[] = [
  {
    role: "system",
    content:
      "You are an expert software engineer that generates concise, one-line Git commit messages based on the provided diffs.",
  },
  { role: "user", content: "diff --git a/a.md b/a.md" },
];
