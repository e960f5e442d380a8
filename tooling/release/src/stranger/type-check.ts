import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { EmptyProject } from "./empty-project.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Compiles a program that imports the package, as a strict project does which checks the
 * declarations of its libraries too. Gives what the compiler complains of: nothing when all is well.
 */
export async function typeCheck(name: string, project: EmptyProject): Promise<string> {
  const program = `import * as api from "${name}";\nexport const names: string[] = Object.keys(api);\n`;
  await writeFile(join(project.path, "types.ts"), program);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    // Declarations of others are theirs to keep sound; what of ours does not resolve is seen here.
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [here("../../node_modules/@types")],
  };
  const config = { compilerOptions, files: ["types.ts"] };
  await writeFile(join(project.path, "tsconfig.json"), JSON.stringify(config));
  const result = await execa(here("../../node_modules/.bin/tsc"), ["-p", "."], {
    cwd: project.path,
    reject: false,
    all: true,
  });
  return result.all;
}
