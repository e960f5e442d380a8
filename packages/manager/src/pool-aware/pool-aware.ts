import type { SendOptions } from "../cluster/options.ts";
import type { ClusterStatus } from "../cluster/status.ts";
import type { OnFallback } from "./fallback.ts";
import type { Invokes, PoolAwareMethods } from "./pool-aware-methods.ts";
import { PoolSwitch, type PoolUse } from "./pool-switch.ts";

// biome-ignore lint/suspicious/noExplicitAny: TypeScript demands any[] of a mixin's base (TS2545)
type Constructor<Made> = new (...args: any[]) => Made;

/** What the `invoke` of an adapter takes. */
export type RequestOf<Adapter> =
  Adapter extends Invokes<infer Request, infer _Response> ? Request : never;

/** What the `invoke` of an adapter gives. */
export type ResponseOf<Adapter> =
  Adapter extends Invokes<infer _Request, infer Response> ? Response : never;

/**
 * Adds pooling to a class of adapters. Its `invoke` stays what it was, and serves as the fallback.
 *
 *     class PooledLinter extends PoolAware(Linter) {}
 *     await using linter = new PooledLinter();
 *     await linter.usePool({ tool: linterTool, count: 4 });
 *     await linter.invokeWithPool({ file: "a.ts" });
 *
 * @param options.onFallback Hears why a request runs one-shot. @default a process warning
 */
export function PoolAware<Base extends Constructor<Invokes<never, unknown>>>(
  base: Base,
  options: { readonly onFallback?: OnFallback } = {},
): Base &
  Constructor<PoolAwareMethods<RequestOf<InstanceType<Base>>, ResponseOf<InstanceType<Base>>>> {
  type Request = RequestOf<InstanceType<Base>>;
  type Response = ResponseOf<InstanceType<Base>>;
  const inherited: unknown = Reflect.get(base.prototype, Symbol.asyncDispose);

  return class extends base implements PoolAwareMethods<Request, Response> {
    readonly #switch = new PoolSwitch<Request, Response>(
      (request) => this.invoke(request as never) as Promise<Response>,
      options.onFallback,
    );

    async usePool(use: PoolUse<Request, Response>): Promise<boolean> {
      return this.#switch.use(use);
    }

    disablePool(): Promise<void> {
      return this.#switch.disable();
    }

    get isPoolEnabled(): boolean {
      return this.#switch.enabled;
    }

    getPoolStatus(): ClusterStatus | null {
      return this.#switch.status;
    }

    invokeWithPool(request: Request, sending?: SendOptions): Promise<Response> {
      return this.#switch.invoke(request, sending);
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.#switch.disable();
      if (typeof inherited === "function") await inherited.call(this);
    }
  };
}
