/** FNV-1a over the UTF-16 units of a key. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return hash;
}

/**
 * How strongly a key is drawn to an instance. Each pair has a weight of its own, so an instance that
 * goes takes only its own keys along. The mixing is MurmurHash3's finaliser
 * (https://github.com/aappleby/smhasher): FNV alone leaves neighbouring indices too much alike.
 */
export function weigh(keyHash: number, index: number): number {
  let hash = keyHash ^ Math.imul(index + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
