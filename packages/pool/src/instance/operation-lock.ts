/** Runs operations one after the other, so that a start never meets a stop half-way. */
export class OperationLock {
  #last: Promise<unknown> = Promise.resolve();

  run<Value>(operation: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(operation);
    this.#last = result.catch(() => {});
    return result;
  }
}
