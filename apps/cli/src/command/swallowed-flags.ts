import type { Command, Option } from "commander";
import { usageError } from "../exit/cli-error.ts";

/** What the words of a flag's own help stand for, where `a …` does not read well. */
const NOUNS: Readonly<Record<string, string>> = {
  n: "a number",
  usd: "an amount in US dollars",
  command: "a command",
  file: "a file",
  folder: "a folder",
  text: "a text",
  time: "a time",
  size: "a size",
};

function nounOf({ flags }: Option): string {
  return NOUNS[/<(\w+)>$/.exec(flags)?.[1] ?? ""] ?? "a value";
}

/** The flags that may stand here; of a command with commands of its own, theirs too. */
function optionsOf(command: Command): readonly Option[] {
  const own = command.createHelp().visibleOptions(command);
  return [...own, ...command.commands.flatMap(optionsOf)];
}

/** The command that a command line is about, and its words after that name. */
function commandOf(program: Command, words: readonly string[]): [Command, readonly string[]] {
  const [name, ...rest] = words;
  const nested = program.commands.find((command) => command.name() === name);
  return nested === undefined ? [program, words] : commandOf(nested, rest);
}

function named(flag: string, options: readonly Option[]): Option | undefined {
  return options.find(({ short, long }) => flag === short || flag === long);
}

/** The flag that a word is, with a value of its own or without: `--dry-run`, `--land=merge`, `-w5`. */
function flagIn(word: string, options: readonly Option[]): string | undefined {
  const [flag = word] = word.split("=", 1);
  if (named(flag, options) !== undefined) return flag;
  const short = word.slice(0, 2);
  return /^-\w\S+$/.test(word) && named(short, options)?.required ? short : undefined;
}

/** The option whose value is the next word, if this one ends with such a flag: `--verify`, `-w`, `-qw`. */
function awaits(word: string, options: readonly Option[]): Option | undefined {
  if (!/^-\w{2,}$/.test(word)) {
    const option = named(word, options);
    return option?.required ? option : undefined;
  }
  const letters = [...word.slice(1)].map((letter) => named(`-${letter}`, options));
  const last = letters.pop();
  const areSwitches = letters.every((option) => option?.isBoolean() === true);
  return areSwitches && last?.required ? last : undefined;
}

/**
 * Refuses a flag where a value belongs. Commander would take it for the value, and `--verify --dry-run` would
 * start a real run. Whoever means it says `--verify=--dry-run`.
 * @throws {CliError} usage
 */
export function refuseSwallowedFlags(program: Command, argv: readonly string[]): void {
  const [command, words] = commandOf(program, argv);
  const options = optionsOf(command);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    const option = awaits(word, options);
    const value = words[index + 1];
    if (option === undefined || value === undefined) continue;
    index += 1;
    const flag = flagIn(value, options);
    if (flag === undefined) continue;
    throw usageError(
      `${word} needs ${nounOf(option)}, and what follows is the flag ${flag}.`,
      `If that is the value: ${option.long ?? word}=${value}`,
    );
  }
}
