import { randomBytes } from "node:crypto";
import { ToolFailure } from "../errors/turn-errors.ts";
import type { MultiLine } from "./definition.ts";
import { fill } from "./template.ts";

/** What makes one input of a request; absent where it is sent as it is. */
export function encoderOf(
  multiLine: MultiLine,
  lineEnd: string,
): ((request: string) => string) | undefined {
  if (multiLine === "as-is") return undefined;
  if (multiLine === "refuse") return refuse;
  const encode = encodeWith(multiLine, lineEnd);
  const always = "always" in multiLine && multiLine.always === true;
  return (request) => (always || /[\r\n]/.test(request) ? encode(request) : request);
}

function encodeWith(how: Exclude<MultiLine, string>, lineEnd: string): (request: string) => string {
  if ("wrap" in how) {
    const { before, after } = how.wrap;
    return (request) => [before, request, after].join(lineEnd);
  }
  if ("escape" in how) {
    return (request) => fill(how.escape, { json: JSON.stringify(request), shell: word(request) });
  }
  if ("join" in how) return (request) => request.split(/\r\n|\r|\n/).join(how.join);
  const { open, close } = how.heredoc;
  return (request) => {
    const nonce = `zz${randomBytes(12).toString("hex")}`;
    return [fill(open, { nonce }), request, fill(close, { nonce })].join(lineEnd);
  };
}

/** One word of a shell, whatever is in it. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function refuse(request: string): string {
  if (!/[\r\n]/.test(request)) return request;
  throw new ToolFailure(
    "refused",
    "The request has several lines, and this tool takes one. Nothing was sent. " +
      "If it has a way to take several, say so in its definition, under multiLine.",
  );
}
