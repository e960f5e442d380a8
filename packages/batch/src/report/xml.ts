/** What an element holds. */
export interface XmlContent {
  readonly attributes?: Readonly<Record<string, string | number | null>>;
  /** Elements, each as text that is XML already. */
  readonly children?: readonly string[];
  readonly text?: string;
}

/** XML 1.0 has no way at all to hold these, not even escaped: control characters, halves of a pair. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // A reader would make a space of them in an attribute, and a line feed of a carriage return.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function escaped(text: string, special: RegExp): string {
  return text.replace(IMPOSSIBLE, "\ufffd").replace(special, (char) => ESCAPES[char] ?? char);
}

/** One element as XML. An attribute that is `null` is left out. */
export function xmlElement(name: string, content: XmlContent = {}): string {
  const attributes = Object.entries(content.attributes ?? {})
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escaped(String(value), /[&<>"\t\n\r]/g)}"`)
    .join("");
  const children = content.children ?? [];
  const text = escaped(content.text ?? "", /[&<>\r]/g);
  if (children.length === 0 && text === "") return `<${name}${attributes}/>`;
  const inner = children.length === 0 ? text : `${text}\n${children.join("\n")}\n`;
  return `<${name}${attributes}>${inner}</${name}>`;
}
