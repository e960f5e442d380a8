import { z } from "zod";
import { FAILURE_CLASSES } from "../contract/agent.ts";
import { checkTogether } from "./check-together.ts";
import type { ToolDefinition } from "./definition.ts";
import { expected } from "./expected.ts";
import { FIELDS } from "./fields.ts";
import { placesInJson, placesOf } from "./template.ts";
import { unfinished } from "./unfinished-schema.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const text = z.string().min(1);

function isExpression({
  regex,
  flags = "",
}: {
  regex: string;
  flags?: string | undefined;
}): boolean {
  try {
    return new RegExp(regex, flags).source !== "";
  } catch {
    return false;
  }
}

function withPlaces(allowed: readonly string[], needed: readonly string[] = []) {
  const known = allowed.map((name) => `{{${name}}}`).join(", ");
  return text
    .refine(
      (template) => placesOf(template).every((name) => allowed.includes(name)),
      expected(
        `no other places than ${known || "none"}`,
        "Two braces that mean themselves are written \\{{.",
      ),
    )
    .refine(
      (template) => needed.length === 0 || needed.some((name) => placesOf(template).includes(name)),
      expected(`a text with ${needed.map((name) => `{{${name}}}`).join(" or ")}`),
    );
}

const expression = z
  .strictObject({ regex: text, flags: z.string().optional() })
  .refine(isExpression, expected("a regular expression of JavaScript, and its flags"));

const pattern = z.union([text, expression], {
  error: 'some text, or { "regex": "…" }',
});

const path = z.strictObject({ path: text });
const count = z.union([expression, path], {
  error: '{ "regex": "…(\\\\d+)…" }, or { "path": "…" } where it speaks JSON',
});

const argumentText = withPlaces([
  "workspace",
  "instance",
  "folder",
  "message",
  "prompt",
  "files",
  "readOnlyFiles",
  "model",
  "file",
]).or(z.literal(""));

const argument = z.union(
  [
    argumentText,
    z.strictObject({
      when: z.enum(["model", "files", "readOnlyFiles", "commands", "createFiles", "urls"]),
      arguments: z.array(argumentText),
    }),
    z.strictObject({ each: z.enum(["files", "readOnlyFiles"]), arguments: z.array(argumentText) }),
  ],
  {
    error:
      'a text whose places are known, { "when": "model", "arguments": […] }, or { "each": "readOnlyFiles", "arguments": […] }',
  },
);

function message(allowed: readonly string[]) {
  return z
    .json()
    .refine(
      (value) => placesInJson(value).every((name) => allowed.includes(name)),
      expected(`no other places than ${allowed.map((name) => `{{${name}}}`).join(", ")}`),
    )
    .optional();
}

const framing = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("sentinel"),
    send: withPlaces(["nonce", "nonce.start", "nonce.end"], ["nonce", "nonce.start"]).describe(
      "What makes it print the sentinel; {{nonce}}, or {{nonce.start}} and {{nonce.end}} where it repeats its input",
    ),
    prints: withPlaces(["nonce"], ["nonce"])
      .optional()
      .describe("What it then prints, up to its line end. Default: {{nonce}}"),
    nonce: z.enum(["word", "digits"]).optional().describe("What a nonce is made of. Default: word"),
    fenced: z.boolean().optional().describe("Whether one stands before each request too"),
  }),
  z.strictObject({
    by: z.literal("prompt"),
    prompt: pattern.describe("What it prints when it takes input"),
  }),
  z.strictObject({
    by: z.literal("json-lines"),
    request: message([
      "id",
      "request",
      "message",
      "prompt",
      "files",
      "readOnlyFiles",
      "model",
      "workspace",
    ]).describe('The message for a request. Default: { "id": "{{id}}", "request": "{{request}}" }'),
    id: z
      .union([text, z.literal(false)])
      .optional()
      .describe("Where the id is in an answer; false: answers have none and come in order"),
    result: z.string().optional().describe('Where the result is; "" for the whole message'),
    error: text.optional().describe("Where an error is"),
    errorMessage: text.optional().describe("Where its words are"),
    errorClass: text.optional().describe("Where its failure class is"),
    event: text.optional().describe("Where an event is: a text, or an event as the pool has them"),
    ready: z
      .strictObject({ path: text, equals: z.json().optional() })
      .optional()
      .describe("The message that says that it is ready. Absent: it says nothing"),
    cancel: message(["id"]).describe("The message that cancels request {{id}}"),
    reset: message(["id"]).describe("The message that makes it forget, answered under {{id}}"),
    ping: message(["id"]).describe("The message that asks for a sign of life"),
    otherLines: z.enum(["fail", "skip"]).optional().describe("What lines are that are no JSON"),
  }),
  z.strictObject({
    by: z.literal("exit"),
    input: z.enum(["prompt", "nothing"]).optional().describe("What goes to its stdin"),
    json: z
      .strictObject({ result: z.string(), error: text.optional() })
      .optional()
      .describe("Where the answer is, when it prints one JSON document"),
    exitCodes: z
      .record(z.string().regex(/^\d+$/), z.enum(["ok", ...FAILURE_CLASSES]))
      .optional()
      .describe("What its exit codes mean. Default: 0 is ok, all others are crash"),
  }),
]);

const always = z.boolean().optional().describe("Of a single line too");
const multiLine = z.union(
  [
    z.enum(["as-is", "refuse"]),
    z.strictObject({
      wrap: z
        .strictObject({ before: text, after: text })
        .describe("A line before the request, and one behind it"),
      always,
    }),
    z.strictObject({
      join: text.describe(
        "What stands between its lines instead of a line end, such as a backslash and a line end",
      ),
    }),
    z.strictObject({
      escape: withPlaces(["json", "shell"], ["json", "shell"]).describe(
        "One line: {{json}} is the request as a JSON string, {{shell}} as one word of a shell",
      ),
      always,
    }),
    z.strictObject({
      heredoc: z
        .strictObject({
          open: withPlaces(["nonce"], ["nonce"]),
          close: withPlaces(["nonce"], ["nonce"]),
        })
        .describe("A line that announces what ends the request, with {{nonce}}, and that end"),
      always,
    }),
  ],
  {
    error:
      '"as-is", "refuse", { "wrap": { "before", "after" } }, { "join": "…" }, { "escape": "…{{json}} or {{shell}}…" }, or { "heredoc": { "open", "close" } } with {{nonce}}',
  },
);

const size = z.int().min(1).max(65_535).optional();
const transport = z.union(
  [
    z.enum(["pipe", "terminal"]),
    z.strictObject({
      terminal: z.strictObject({
        columns: size,
        rows: size,
        term: text.optional(),
        lineEditing: z.boolean().optional(),
        echo: z.boolean().optional(),
      }),
    }),
  ],
  { error: '"pipe", "terminal", or { "terminal": { columns, rows, term, lineEditing, echo } }' },
);

const send = z.strictObject({ send: text });

const shape = {
  $schema: z.string().optional(),
  name: z.string().regex(NAME, { error: "letters, digits, dots, hyphens and underscores" }),
  description: text.optional(),
  kind: z.enum(["text", "agent"]).optional(),
  command: text.refine(
    (value) => placesOf(value).length === 0,
    expected("no places", "Places stand in arguments."),
  ),
  arguments: z.array(argument).optional(),
  environment: z
    .strictObject({
      pass: z.array(text).optional(),
      set: z.record(text, z.string()).optional(),
    })
    .optional(),
  transport: transport.optional(),
  framing,
  ready: pattern.optional(),
  setup: z.union([text, z.array(text)]).optional(),
  multiLine: multiLine.optional(),
  unfinished: unfinished.optional(),
  echo: z.boolean().optional(),
  noise: expression.optional(),
  plain: z.boolean().optional(),
  stderr: z.enum(["answer", "apart"]).optional(),
  lineEnd: text.optional(),
  reset: z
    .union([z.literal("stateless"), send], { error: '"stateless", or { "send": "…" }' })
    .optional(),
  interrupt: z.enum(["process", "group"]).optional(),
  end: z
    .union([z.enum(["end-of-input", "signal"]), send], {
      error: '"end-of-input", "signal", or { "send": "…" }',
    })
    .optional(),
  errors: z
    .array(
      z.strictObject({
        pattern,
        class: z.enum(FAILURE_CLASSES),
        in: z.enum(["answer", "stderr", "any"]).optional(),
      }),
    )
    .optional(),
  prompt: withPlaces(
    ["message", "files", "readOnlyFiles", "model", "workspace"],
    ["message"],
  ).optional(),
  files: z.enum(["arguments", "prompt", "stdin", "none"]).optional(),
  edits: expression.optional(),
  usage: z
    .strictObject({
      inputTokens: count.optional(),
      outputTokens: count.optional(),
      costUsd: count.optional(),
      sum: z.boolean().optional(),
    })
    .optional(),
  quickStart: z.boolean().optional(),
  version: z
    .strictObject({ arguments: z.array(z.string()).optional(), pattern: expression.optional() })
    .optional(),
  install: text.optional(),
} satisfies Record<keyof ToolDefinition, z.ZodType>;

const described = Object.fromEntries(
  Object.entries(shape).map(([key, type]) => [
    key,
    (type as z.ZodType).describe(FIELDS[key as keyof ToolDefinition]),
  ]),
) as typeof shape;

/** Checks a definition; keys that it does not know are errors, and so is what does not fit together. */
export const definitionSchema: z.ZodType<ToolDefinition> = z
  .strictObject(described)
  .superRefine((definition, context) => {
    for (const { path: at, expected: what, remedy } of checkTogether(definition)) {
      context.addIssue({
        code: "custom",
        path: [...at],
        message: what,
        params: { expected: what, remedy },
      });
    }
  });

/** A definition as JSON Schema, for editors. The package has it as `tool.schema.json`. */
export function definitionJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: "A tool for cluster",
    ...z.toJSONSchema(definitionSchema, { io: "input", unrepresentable: "any" }),
  };
}
