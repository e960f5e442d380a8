/**
 * Whether a range of versions, as a package.json has it, allows for the major version of another one
 * (in 0.x the second number, as npm takes it). Only that is asked, and no more of what ranges can say.
 */
export function isSameMajor(range: string, version: string): boolean {
  const own = numbersOf(version);
  return range.split("||").some((alternative) => {
    const wanted = alternative.trim().replace(/^workspace:/, "");
    if (/^[*x^~]?$/i.test(wanted)) return true;
    const asked = numbersOf(wanted);
    if (wanted.startsWith(">")) return compare(own, asked) >= 0 && isBelowEnd(own, wanted);
    return compare(breaking(own), breaking(asked)) === 0;
  });
}

type Numbers = readonly [major: number, minor: number | null];

function numbersOf(text: string): Numbers {
  const [, major = "0", minor] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return [Number(major), minor === undefined ? null : Number(minor)];
}

/** What a change of which may break: the second number only below 1. */
function breaking([major, minor]: Numbers): Numbers {
  return [major, major === 0 ? minor : null];
}

function isBelowEnd(own: Numbers, range: string): boolean {
  const end = /<(=?)\s*([\d.]+)/.exec(range);
  if (end === null) return true;
  const order = compare(own, numbersOf(end[2] ?? ""));
  return order < 0 || (order === 0 && end[1] === "=");
}

/** A number that is left open is equal to any. */
function compare([major, minor]: Numbers, [otherMajor, otherMinor]: Numbers): number {
  if (major !== otherMajor || minor === null || otherMinor === null) return major - otherMajor;
  return minor - otherMinor;
}
