/** A backslash before two braces makes them mean themselves. */
const PLACE = /(\\?)\{\{([^{}\n]*)\}\}/g;

/** The names of a template's places, each once. */
export function placesOf(template: string): readonly string[] {
  const names = [...template.matchAll(PLACE)].filter(([, escaped]) => escaped === "");
  return [...new Set(names.map(([, , name = ""]) => name.trim()))];
}

/** Fills a template. What is filled in is data, and no template again. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(PLACE, (whole, escaped: string, name: string) =>
    escaped === "" ? (values[name.trim()] ?? "") : whole.slice(1),
  );
}

/** Fills all texts of a JSON value. A text that is nothing but a place becomes the value itself. */
export function fillJson(template: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (typeof template === "string") {
    const [name] = placesOf(template);
    if (name !== undefined && template.trim() === `{{${name}}}`) return values[name];
    const texts = Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : (JSON.stringify(value) ?? ""),
    ]);
    return fill(template, Object.fromEntries(texts));
  }
  if (Array.isArray(template)) return template.map((each) => fillJson(each, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, fillJson(value, values)]),
  );
}

/** The places in all texts of a JSON value. */
export function placesInJson(template: unknown): readonly string[] {
  if (typeof template === "string") return placesOf(template);
  if (typeof template !== "object" || template === null) return [];
  return [...new Set(Object.values(template).flatMap(placesInJson))];
}
