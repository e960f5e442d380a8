import type { SampleRepository } from "@cluster/testkit";
import { execa } from "execa";

/** Numbers from 0 up to 1 that begin alike for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What stands at a path: something that git has, or a content of its own. */
interface File {
  readonly mode: string;
  readonly id?: string;
  readonly content?: string;
}

/** Few places, so that commits meet. */
const PLACES = ["a", "b", "a/deep", "c/d", "x", "x/y", "top.md", "a/n.md", "b/n.md", "c/n.md"];
const FOLDERS = ["a", "b", "a/deep", "c/d", "moved"];

/** Contents that differ from file to file, and resemble themselves after a change of some lines. */
export function contentOf(name: string, changes: readonly number[] = []): string {
  const lines = Array.from({ length: 12 }, (_, line) => `${name}, line ${line}, as it was`);
  for (const change of changes) lines[change % lines.length] = `changed to ${change}`;
  return `${lines.join("\n")}\n`;
}

/** Makes commits of random kinds: edits, new and removed files, renames, modes, links, folders, submodules. */
export class RandomCommits {
  readonly #sample: SampleRepository;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #random: () => number;
  #made = 0;

  constructor(
    sample: SampleRepository,
    environment: Readonly<Record<string, string>>,
    random: () => number,
  ) {
    this.#sample = sample;
    this.#environment = environment;
    this.#random = random;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  /** One commit on top of `parent`. */
  async make(parent: string): Promise<string> {
    const listed = await this.#sample.git("ls-tree", "-r", "-z", parent);
    const before = new Map<string, File>();
    for (const line of listed.split("\0").filter((one) => one !== "")) {
      const [, mode = "", id = "", path = ""] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line) ?? [];
      before.set(path, { mode, id });
    }
    const after = new Map(before);
    for (let edits = 1 + Math.floor(this.#random() * 3); edits > 0; edits--)
      await this.#edit(after);
    return this.#commit(parent, [
      ...[...before.keys()].filter((path) => !after.has(path)).map((path) => `D ${path}`),
      ...[...after].filter(([path, file]) => before.get(path) !== file).map(asCommand),
    ]);
  }

  async #edit(files: Map<string, File>): Promise<void> {
    const number = Math.floor(this.#random() * 1_000);
    const place = this.pick([...PLACES, `${this.pick(FOLDERS)}/new-${number % 4}.md`]);
    const kind = this.#random();
    const [path, file] = this.pick([...files]) ?? [];
    const fresh = { mode: "100644", content: contentOf(place, [number]) };
    if (path === undefined || file === undefined || kind < 0.15) put(files, place, fresh);
    else if (kind < 0.55) put(files, path, await this.#changed(file, number));
    else if (kind < 0.65) files.delete(path);
    else if (kind < 0.78) {
      files.delete(path);
      put(files, place, kind < 0.72 ? file : await this.#changed(file, number));
    } else if (kind < 0.86) moveFolder(files, path, this.pick(FOLDERS));
    else if (kind < 0.91) {
      put(files, path, { ...file, mode: file.mode === "100644" ? "100755" : "100644" });
    } else if (kind < 0.94) put(files, path, { mode: "120000", content: "elsewhere" });
    else if (kind < 0.97) put(files, `${path}/inner.md`, fresh);
    else
      put(files, this.pick(["module", path]), {
        mode: "160000",
        id: String(number).padStart(40, "1"),
      });
  }

  async #changed({ mode, id, content }: File, number: number): Promise<File> {
    if (mode === "160000") return { mode: "100644", content: "no module\n" };
    const text = content ?? (await this.#sample.git("cat-file", "blob", String(id)));
    const lines = text.split("\n");
    lines[number % lines.length] = `changed to ${number}`;
    return { mode, content: `${lines.join("\n")}\n` };
  }

  async #commit(parent: string, edits: readonly string[]): Promise<string> {
    const number = ++this.#made;
    const message = `Commit ${number}\n\nCluster-Task: ${number}\n`;
    const stream = [
      `commit refs/made/${number}\nmark :1`,
      `author Jö <jo@example.invalid> ${1_600_000_000 + number} +0130`,
      "committer Sample Author <author@example.invalid> 1700000000 +0000",
      `data ${Buffer.byteLength(message)}\n${message}`,
      `from ${parent}`,
      ...edits,
      "",
      "get-mark :1\n",
    ];
    const { stdout } = await execa("git", ["fast-import", "--quiet", "--force"], {
      cwd: this.#sample.path,
      env: this.#environment,
      extendEnv: false,
      input: stream.join("\n"),
    });
    return stdout;
  }
}

/** A file takes the place of whatever is above or below it. */
function put(files: Map<string, File>, path: string, file: File): void {
  for (const other of files.keys()) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
  }
  // A mode alone says nothing of a module.
  const isModule = file.content === undefined && /^1+\d{1,3}$/.test(String(file.id));
  files.set(path, isModule ? { ...file, mode: "160000" } : file);
}

function moveFolder(files: Map<string, File>, path: string, to: string): void {
  const from = `${path.split("/").slice(0, -1).join("/")}/`;
  if (from === "/" || `${to}/`.startsWith(from)) return;
  for (const [name, file] of [...files]) {
    if (!name.startsWith(from)) continue;
    files.delete(name);
    put(files, `${to}/${name.slice(from.length)}`, file);
  }
}

function asCommand([path, { mode, id, content }]: [string, File]): string {
  if (content === undefined) return `M ${mode} ${id} ${path}`;
  return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}`;
}
