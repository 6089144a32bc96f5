/**
 * The partition of a key, as Kafka's own clients choose it: murmur2 of the key's bytes, its sign bit
 * cleared, modulo the number of partitions. Both adapters choose with this one function, so an incident
 * is in the same partition embedded and on Kafka, whoever produced its facts.
 *
 * @returns a partition, from 0 to `partitions` - 1.
 */
export function partitionOf(key: string | Buffer, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** Austin Appleby's MurmurHash2, 32 bits, with the seed that Kafka fixed. */
function murmur2(bytes: Buffer): number {
  const words = bytes.length >>> 2;
  let hash = SEED ^ bytes.length;
  for (let word = 0; word < words; word += 1) {
    let mixed = Math.imul(bytes.readInt32LE(word * 4), MULTIPLIER);
    mixed ^= mixed >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed, MULTIPLIER);
  }
  const tail = words * 4;
  const left = bytes.length - tail;
  if (left > 0) {
    for (let index = left - 1; index >= 0; index -= 1) {
      hash ^= (bytes[tail + index] ?? 0) << (8 * index);
    }
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
