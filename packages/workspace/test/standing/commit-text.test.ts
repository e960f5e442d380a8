import { sampleRepository } from "@cluster/testkit";
import { expect, test } from "vitest";
import { makeCommit } from "../../src/git/commit-object.ts";
import { gitEnvironment } from "../../src/git/environment.ts";
import { Git } from "../../src/git/git.ts";
import { runGitHere } from "../../src/git/run-git.ts";
import { commitText } from "../../src/standing/commit-text.ts";
import { objectId } from "../../src/tree/tree-object.ts";

const DATE = "1700000000 +0130";
const JO = { name: "Jö Doe", email: "jo@example.invalid" };

const CASES: readonly (readonly [string, typeof JO, string, string | Uint8Array])[] = [
  ["words", JO, DATE, "Title\n\nBody\n"],
  ["no last newline", JO, DATE, "Title"],
  ["no words", JO, DATE, ""],
  ["leading and trailing space", JO, DATE, "\n\n  Title  \n\n\n"],
  ["characters beyond the first plane", JO, DATE, "🎉 Tïtle\n"],
  ["bytes", JO, DATE, Buffer.from("Tïtle\n")],
  ["a west zone", JO, "1700000000 -0930", "x"],
  // What git corrects.
  ["dots around a name", { ...JO, name: ".Jo Doe." }, DATE, "x"],
  ["a name with brackets", { ...JO, name: "Jo <Doe>" }, DATE, "x"],
  ["a name with a line", { ...JO, name: "Jo\nDoe" }, DATE, "x"],
  ["an address in quotes", { ...JO, email: '"jo"' }, DATE, "x"],
  ["a date in words", JO, "2024-02-03T04:05:06Z", "x"],
  ["a date long ago", JO, "12345 +0000", "x"],
  ["a zone that is none", JO, "1700000000 +9900", "x"],
  ["bytes that are not UTF-8", JO, DATE, Buffer.from([0x54, 0xe9, 0x0a])],
  ["a character that is none", JO, DATE, "x\u{ffff}\n"],
];

test("a commit's bytes are those of git, or left to git", async () => {
  await using sample = await sampleRepository();
  const [tree, parent] = (await sample.git("rev-parse", "HEAD^{tree}", "HEAD")).split("\n");
  const committer = { name: "Committer", email: "c@example.invalid", date: "1700000001 +0000" };
  const git = new Git({
    cwd: sample.path,
    environment: {
      ...gitEnvironment(process.env),
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date,
    },
    lockTimeoutMs: 0,
    runGit: runGitHere,
  });
  const left: string[] = [];
  for (const [what, author, date, message] of CASES) {
    const commit = {
      tree: String(tree),
      parents: [String(parent)],
      message,
      author: { ...author, date },
    };
    const content = commitText(commit, committer);
    if (content === null) left.push(what);
    else {
      expect(objectId("sha1", "commit", content), what).toBe(
        await makeCommit(git, commit, { sign: false }),
      );
    }
  }
  expect(left).toEqual(CASES.slice(7).map(([what]) => what));
});

test("a commit without an author, or with a NUL, is left to git", () => {
  const commit = { tree: "1".repeat(40), parents: [], message: "x" };
  const committer = { ...JO, date: DATE };
  expect(commitText(commit, committer)).toBeNull();
  expect(commitText({ ...commit, message: "a\0b", author: committer }, committer)).toBeNull();
});
