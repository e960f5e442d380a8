import { pathToFileURL } from "node:url";
import type { ModelSign, Preparation, PreparationRequest } from "./profile.ts";

const BEGIN = "cluster model: ";
const FILE = "cluster-signs.mjs";

/**
 * Has an agent that is a program of Node tell on stderr how its requests to a model go, by the channel on
 * which Node's own client and the copies of it publish them. What it runs in its turn is left alone.
 *
 * @param inner A variable that only the last process has of an agent that starts itself once more.
 */
export function nodeSigns(
  { folder, environment: { NODE_OPTIONS } }: PreparationRequest,
  inner: string | null = null,
): Required<Pick<Preparation, "files" | "variables">> {
  const imports = `--import=${pathToFileURL(`${folder}/${FILE}`).href}`;
  return {
    variables: {
      NODE_OPTIONS: NODE_OPTIONS === undefined ? imports : `${NODE_OPTIONS} ${imports}`,
    },
    files: { [FILE]: inner === null ? script("true") : script(`"${inner}" in process.env`) },
  };
}

/** What a line of that script tells. */
export function signOf(line: string): ModelSign | null {
  // The agent may have been in the middle of a line.
  const at = line.indexOf(BEGIN);
  if (at === -1) return null;
  const { asks, status, retryAfter } = JSON.parse(line.slice(at + BEGIN.length));
  if (asks === true) return { kind: "asks" };
  if (status < 400) return { kind: "answers" };
  const wait = retryAfter === undefined ? "" : `, retry-after: ${retryAfter}`;
  return { kind: "refuses", error: { code: status, message: `HTTP ${status}${wait}`, data: null } };
}

function script(asksModels: string): string {
  return `import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
if (${asksModels}) {
  const { NODE_OPTIONS = "" } = process.env;
  // By its name: this one's own address has no links in it any more.
  const others = NODE_OPTIONS.replace(/ ?--import=\\S+\\/${FILE}/, "");
  if (others === "") delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = others;
  const asks = ({ method, path }) =>
    method === "POST" && /(completions|responses|messages|generateContent)\\b/i.test(path);
  const tell = (sign) => {
    try {
      // An agent may hold back what goes through process.stderr.
      writeSync(2, "${BEGIN}" + JSON.stringify(sign) + "\\n");
    } catch {
      // Nobody takes it just now.
    }
  };
  subscribe("undici:request:create", ({ request }) => {
    if (asks(request)) tell({ asks: true });
  });
  subscribe("undici:request:headers", ({ request, response: { statusCode, headers } }) => {
    if (!asks(request)) return;
    const names = headers.map((one) => String(one).toLowerCase());
    const place = names.indexOf("retry-after");
    tell({ status: statusCode, ...(place !== -1 && { retryAfter: String(headers[place + 1]) }) });
  });
}
`;
}
