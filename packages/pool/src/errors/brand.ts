const BRANDS = "@cluster/pool:";

// biome-ignore lint/suspicious/noExplicitAny: whatever its arguments
type ErrorClass = abstract new (...args: any[]) => Error;

/**
 * Makes `instanceof` know an error of this class whichever copy of this package made it: an adapter may come
 * with one of its own. A class that somebody derives from it is known as usual.
 */
export function brand(errorClass: ErrorClass, name: string): void {
  const mark = Symbol.for(BRANDS + name);
  Object.defineProperty(errorClass.prototype, mark, { value: true });
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this === errorClass) {
        return typeof value === "object" && value !== null && mark in value;
      }
      return Function.prototype[Symbol.hasInstance].call(this as () => void, value);
    },
  });
}
