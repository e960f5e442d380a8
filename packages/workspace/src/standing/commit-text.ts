import { isUtf8 } from "node:buffer";
import type { CommitObject } from "../git/commit-object.ts";
import type { Identity } from "../git/environment.ts";

/** Who committed, and when: seconds since the epoch and the zone. */
export interface Committer extends Identity {
  readonly date: string;
}

const DATE = /^[1-9]\d{8,9} [+-](0\d|1[0-4])[0-5]\d$/;
/** What git takes off both ends of a name or an address, and what it leaves out wherever it stands. */
const MISFITS = /^[\0-\x20.,:;<>"\\']|[\0-\x20.,:;<>"\\']$|[<>\n]/;

/**
 * A commit's object, byte for byte as `git commit-tree` writes it. `null` where git would correct something
 * in it, which is left to git then.
 */
export function commitText(
  { tree, parents, message, author }: CommitObject,
  committer: Committer,
): Buffer | null {
  if (author === undefined) return null;
  const [by, from] = [identLine(author), identLine(committer)];
  if (by === null || from === null) return null;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${by}`,
    `committer ${from}`,
  ];
  const content = Buffer.concat([
    Buffer.from(`${lines.join("\n")}\n\n`),
    typeof message === "string" ? Buffer.from(message) : message,
  ]);
  const asIs = isUtf8(content) && !/\0|\p{Noncharacter_Code_Point}/u.test(content.toString());
  return asIs ? content : null;
}

function identLine({ name, email, date }: Partial<Committer>): string | null {
  if (name === undefined || email === undefined || date === undefined) return null;
  if (name === "" || email === "" || MISFITS.test(name) || MISFITS.test(email) || !DATE.test(date))
    return null;
  return `${name} <${email}> ${date}`;
}
