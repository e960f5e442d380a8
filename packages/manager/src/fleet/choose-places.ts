import type { Member } from "./member.ts";
import type { Provider } from "./provider.ts";
import { askedOf, type Lane } from "./queue.ts";

/**
 * How many instances of each tool are wanted for what waits: one for each request and no more. Of the tools
 * that may be asked, one that is ready comes before one that would have to be started, then the order of
 * preference counts.
 */
export function choosePlaces<Request, Result>(
  lanes: readonly Lane<Request, Result>[],
): ReadonlyMap<Member<Request, Result>, number> {
  const wanted = new Map<Member<Request, Result>, number>();
  const ofProvider = new Map<Provider, number>();
  const warm = new Map<Member<Request, Result>, number>();
  const left = (member: Member<Request, Result>): number =>
    Math.min(
      member.seats - (wanted.get(member) ?? 0),
      member.provider.room - (ofProvider.get(member.provider) ?? 0),
    );
  const isWarm = (member: Member<Request, Result>): boolean => {
    if (!warm.has(member)) warm.set(member, member.warm);
    return (warm.get(member) ?? 0) > (wanted.get(member) ?? 0);
  };
  for (const lane of lanes) {
    const asked = askedOf(lane);
    for (let i = 0; i < lane.items.length; i += 1) {
      const free = asked.filter((member) => left(member) > 0);
      const member = free.find(isWarm) ?? free[0];
      if (member === undefined) break;
      wanted.set(member, (wanted.get(member) ?? 0) + 1);
      ofProvider.set(member.provider, (ofProvider.get(member.provider) ?? 0) + 1);
    }
  }
  return wanted;
}
