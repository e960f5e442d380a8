import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentProfile } from "../../src/index.ts";

/** What a fake npm does with the package that it is asked for. */
const DEEDS = {
  installs: `
mkdir -p "$prefix/node_modules/fake-agent/bin"
echo '{"name":"fake-agent","version":"1.2.3","bin":{"fake-agent":"bin/fake.sh"}}' \\
  > "$prefix/node_modules/fake-agent/package.json"
echo 'require("fs").writeFileSync("ran", "")' > "$prefix/node_modules/fake-agent/setup.cjs"
echo '#!/bin/sh' > "$prefix/node_modules/fake-agent/bin/fake.sh"
chmod +x "$prefix/node_modules/fake-agent/bin/fake.sh"`,
  "brings no program": `mkdir -p "$prefix/node_modules/fake-agent"`,
  "has no network": `
echo "npm error code ENOTFOUND" >&2
echo "npm error network request to the registry failed" >&2
echo "npm error A complete log of this run can be found in: somewhere" >&2
exit 1`,
  hangs: `mkdir -p "$prefix/node_modules/fake-agent"
while kill -0 $PPID 2>/dev/null; do sleep 0.1; done`,
} as const;

/** A folder with an `npm` that writes down how it was called. */
export interface FakeNpm {
  readonly environment: Readonly<Record<string, string>>;
  /** The arguments of each call. */
  calls(): Promise<readonly string[]>;
}

export async function fakeNpm(folder: string, deed: keyof typeof DEEDS): Promise<FakeNpm> {
  const [bin, log] = [join(folder, "bin"), join(folder, "npm.log")];
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh
echo "$*" >> "${log}"
while [ $# -gt 0 ]; do
  if [ "$1" = --prefix ]; then prefix=$2; fi
  shift
done${DEEDS[deed].startsWith("\n") ? "" : "\n"}${DEEDS[deed]}
`;
  await writeFile(join(bin, "npm"), script);
  await chmod(join(bin, "npm"), 0o755);
  return {
    environment: { PATH: `${bin}:/usr/bin:/bin` },
    calls: async () =>
      (await readFile(log, "utf8").catch(() => "")).trim().split("\n").filter(Boolean),
  };
}

/** An agent that our fake npm knows. */
export const FAKE_AGENT: AgentProfile = {
  name: "fake",
  command: "fake-agent",
  package: {
    name: "fake-agent",
    version: "1.2.3",
    licence: "MIT",
    megabytes: 1,
    script: "setup.cjs",
  },
};
