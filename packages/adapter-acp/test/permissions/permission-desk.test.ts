import type { Question, TurnContext } from "@cluster/pool";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { PermissionDesk } from "../../src/permissions/permission-desk.ts";
import type { Subject } from "../../src/permissions/subject.ts";

test("a yes to one command is no yes to another one, though both name the same folder", async () => {
  await using folder = await temporaryFolder();
  const asked: Question[] = [];
  const context: TurnContext = {
    signal: new AbortController().signal,
    emit: () => {},
    ask: async (question) => {
      asked.push(question);
      return { kind: "confirm", yes: asked.length === 1 };
    },
    endedBy: () => {},
  };
  const desk = new PermissionDesk(folder.path, { kinds: { execute: "ask" } }, {}, context);
  const command = (target: string): Subject => ({
    kind: "execute",
    title: "Run a command",
    paths: ["."],
    target,
  });
  expect(await desk.asks(command("ls"))).toBe(true);
  expect(await desk.asks(command("ls"))).toBe(true);
  expect(await desk.asks(command("rm -rf ."))).toBe(false);
  expect(asked).toHaveLength(2);
});
