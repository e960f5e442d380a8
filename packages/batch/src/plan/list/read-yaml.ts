import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { listError } from "./list-problems.ts";
import type { ListContent, ListRow } from "./list-row.ts";
import { shown } from "./shown.ts";

const FORM =
  "expected a list of tasks, or an object with `tasks` and what they have in common, such as `prompt`";

/**
 * Reads YAML: a list of tasks, or an object with the list under `tasks`, whose other keys count for each
 * task that does not have them itself. @throws {BatchError} LIST_INVALID
 */
export function readYaml(text: string, name: string): ListContent {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const at = (node: unknown): string => {
    const range = (node as Node | null)?.range;
    return range === null || range === undefined ? name : place(range[0]);
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw listError([{ at: place(error.pos[0]), message: `${error.message}.` }], error);
  }
  const { contents } = document;
  if (contents === null) return { rows: [], cells: false };
  const common = isMap(contents) ? valuesOf(contents, document) : new Map<string, unknown>();
  common.delete("tasks");
  const list = isMap(contents) ? contents.get("tasks", true) : contents;
  if (!isSeq(list)) {
    const found = isScalar(list) || list === undefined ? list : (list as ParsedNode);
    const value = found === undefined ? 'an object without "tasks"' : shown(jsOf(found, document));
    throw listError([{ at: at(list ?? contents), message: `${FORM}; found ${value}.` }]);
  }
  const rows = list.items.map((item): ListRow => {
    if (!isMap(item)) {
      const found = shown(jsOf(item as Node, document));
      throw listError([{ at: at(item), message: `expected an object, found ${found}.` }]);
    }
    return {
      values: new Map([...common, ...valuesOf(item, document)]),
      at: (field) => {
        const value = field === undefined ? item : (item.get(field, true) ?? item);
        return field === undefined ? at(value) : `${at(value)}, "${field}"`;
      },
    };
  });
  return { rows, cells: false };
}

function valuesOf(map: YAMLMap, document: Document): Map<string, unknown> {
  return new Map(Object.entries(jsOf(map, document) as Record<string, unknown>));
}

function jsOf(node: Node, document: Document): unknown {
  return node.toJS(document);
}
