import { expect, it } from "vitest";
import { startLoopbackRegistry } from "../../src/registry/loopback-registry.ts";

it("serves only what was published to it, on a port of its own, and is gone when disposed of", async () => {
  const urls: string[] = [];
  {
    await using one = await startLoopbackRegistry();
    await using other = await startLoopbackRegistry();
    urls.push(one.url, other.url);
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(other.url).not.toBe(one.url);
    // There is a zod, but not here.
    for (const name of ["@cluster%2fpool", "zod"]) {
      const answer = await fetch(one.url + name);
      expect(answer.ok, name).toBe(false);
    }
  }
  for (const url of urls) await expect(fetch(url)).rejects.toThrow();
});
