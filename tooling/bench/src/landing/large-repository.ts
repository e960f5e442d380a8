import {
  isolatedGitEnvironment,
  type SampleRepository,
  sampleRepository,
  temporaryFolder,
} from "@cluster/testkit";
import { openRepository, type Repository } from "@cluster/workspace";
import { execa } from "execa";

const FOLDERS = 100;

/** A packed repository of many files, as a clone of a real one is. */
export interface LargeRepository extends AsyncDisposable {
  readonly sample: SampleRepository;
  /** A folder for worktrees, which goes with it. */
  readonly worktrees: string;
  /** Opens it, with its worktrees there. */
  open(): Promise<Repository>;
  readonly files: readonly string[];
  /** What HEAD is at the beginning. */
  readonly head: string;
  /** One commit on top of HEAD for each of the first files, which changes that one. */
  readonly commits: readonly string[];
}

export async function largeRepository(files: number, commits: number): Promise<LargeRepository> {
  const sample = await sampleRepository({ files: {}, prefix: "cluster-bench-" });
  const worktrees = await temporaryFolder("cluster-bench-");
  // Otherwise git begins to collect garbage behind the benchmark's back.
  await sample.git("config", "gc.auto", "0");
  // The commits are to lie there as those of a workspace do, each object in a file of its own.
  await sample.git("config", "fastimport.unpackLimit", "1000000");
  const paths = Array.from({ length: files }, (_, index) => pathOf(index));
  for (const path of paths)
    await sample.write(path, `# ${path}\n\nWhat it says.\n\n- one\n- two\n`);
  const head = await sample.commit("Begin");
  await sample.git("repack", "-a", "-d", "--quiet");
  return {
    sample,
    head,
    files: paths,
    worktrees: worktrees.path,
    open: () =>
      openRepository(sample.path, {
        directory: worktrees.path,
        environment: isolatedGitEnvironment(),
      }),
    commits: await commitsBesideEachOther(sample, head, paths.slice(0, commits)),
    async [Symbol.asyncDispose]() {
      await Promise.all([sample, worktrees].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** Neighbours in the list are in folders of their own. */
function pathOf(index: number): string {
  const folder = String((index % FOLDERS) + 1).padStart(3, "0");
  return `docs/part-${folder}/page-${index + 1}.md`;
}

async function commitsBesideEachOther(
  sample: SampleRepository,
  head: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const words = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = paths.map((file, index) =>
    [
      `commit refs/bench/made\nmark :${index + 1}`,
      "committer Sample Author <author@example.invalid> 1700000000 +0000",
      `${words(`Change ${file}\n`)}from ${head}`,
      `M 100644 inline ${file}\n${words(`# ${file}\n\nWhat it says now.\n`)}`,
      `get-mark :${index + 1}`,
    ].join("\n"),
  );
  // Each begins on HEAD again: the ref is forced, and only there to hold the last one.
  const { stdout } = await execa("git", ["fast-import", "--quiet", "--force"], {
    cwd: sample.path,
    env: isolatedGitEnvironment(),
    extendEnv: false,
    input: `${stream.join("\n")}\n`,
  });
  return stdout.split("\n");
}
