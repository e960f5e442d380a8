import { describe, expect, it } from "vitest";
import { parseFileListing } from "../../src/index.ts";
import { filesInChat, readOnlyFilesInChat } from "../../src/model/chat-files.ts";
import { chatFilesMessage, readOnlyMessage } from "./aider-messages.ts";

const contents: Record<string, string> = {
  "a.md": "# A\n\ntext\n",
  "empty.md": "",
  "blank.md": "\n\n",
  "no newline.md": "last line",
  "inline.md": "Use ```code```\n\nfoo\n",
  "ünï/cödé.md": "# Ü\n",
};

describe("the files that aider shows", () => {
  it.each([
    ["```", "```"],
    ["````", "````"],
    ["<source>", "</source>"],
  ])("are read between %s and %s, in any order", (open, close) => {
    const names = Object.keys(contents);
    for (let turn = 0; turn < names.length; turn++) {
      const files = names.map((_, index) => names[(index + turn) % names.length] ?? "");
      const message = chatFilesMessage(
        files.map((path) => [path, contents[path] ?? ""]),
        { open, close },
      );
      const parsed = parseFileListing(message);
      expect(parsed.map(({ path }) => path)).toEqual(files);
      for (const { path, content } of parsed) expect(content).toBe(contents[path]);
    }
  });

  it("are read with the fences of other lengths that they contain", () => {
    const text = "# A\n```js\nlet a;\n```\n\nb.md\n```\nx\n```\n";
    const fence = { open: "````", close: "````" };
    const parsed = parseFileListing(chatFilesMessage([["a.md", text]], fence));
    expect(parsed).toEqual([{ path: "a.md", content: text, fence }]);
  });

  it("are those of the newest message that shows any", () => {
    const messages = ["old\n", "new\n"].map((text) => ({
      role: "user",
      content: chatFilesMessage([["a.md", text]]),
    }));
    expect(filesInChat(messages)[0]?.content).toBe("new\n");
  });

  it("are kept apart from those that are for reference only", () => {
    const messages = [
      { role: "user", content: readOnlyMessage([["ref.md", "reference\n"]]) },
      { role: "user", content: chatFilesMessage([["a.md", "# A\n"]]) },
    ];
    expect(filesInChat(messages).map(({ path }) => path)).toEqual(["a.md"]);
    expect(readOnlyFilesInChat(messages).map(({ path }) => path)).toEqual(["ref.md"]);
  });

  it("are none in a message of the user that shows code", () => {
    const content = "Please look at\n\nthis\n```\ncode\n```\n";
    expect(filesInChat([{ role: "user", content }])).toEqual([]);
  });
});
