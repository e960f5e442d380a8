/** Splits a command line at its first `--`: what follows it is for the tool, as it is. */
export function splitRawArguments(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly raw: readonly string[];
} {
  const place = argv.indexOf("--");
  if (place === -1) return { own: argv, raw: [] };
  return { own: argv.slice(0, place), raw: argv.slice(place + 1) };
}

/** `-C` may stand before the command too, as with git: commands take it after their name. */
export function folderLast(own: readonly string[]): readonly string[] {
  const [flag, folder, ...rest] = own;
  const leads = (flag === "-C" || flag === "--cwd") && folder !== undefined && rest.length > 0;
  return leads ? [...rest, flag, folder] : own;
}
