import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const FILES = 6_000;
const nameOf = (number: number): string => `docs/a-page-with-a-name-of-usual-length-${number}.md`;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await aiderFixture({ files: { "one.md": "# One\n" } });
  const { repository } = fixture;
  const blob = await repository.git("rev-parse", "HEAD:one.md");
  const entries = Array.from({ length: FILES }, (_, at) => `100644 ${blob}\t${nameOf(at)}\n`);
  // In git only: nothing of this looks into the files.
  await execa("git", ["update-index", "--index-info"], {
    cwd: repository.path,
    input: entries.join(""),
  });
  await repository.git("commit", "--quiet", "-m", "Many");
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

async function askedFor(): Promise<readonly (string | undefined)[]> {
  const text = `Shall I look at ${nameOf(17)} and ${nameOf(4_711)}, or at docs/none.md?`;
  fixture.model.setBehaviour({ kind: "text", text });
  const { error, result } = await fixture.tell({ message: "Look", files: ["one.md"] });
  expect(error).toBeNull();
  return result?.questions.map(({ question }) => question.subject).toSorted() ?? [];
}

test("files that the model mentions are known, of HEAD and of the index, but for ignored ones", async () => {
  const { repository } = fixture;
  expect(await askedFor()).toEqual([nameOf(17), nameOf(4_711)]);
  await repository.git("rm", "--quiet", "--cached", nameOf(17));
  await repository.write(".aiderignore", `${nameOf(4_711)}\n`);
  expect(await askedFor()).toEqual([nameOf(17)]);
});
