/**
 * The facts of an incident may stand anywhere in years of history. To bring them together without
 * holding everything in memory each line is routed by its incident: the lines of one block are put in
 * order of partition, and a partition, which is small, is read and decided at once.
 *
 * Routing looks at bytes only; what a line says is read once, when its partition is decided.
 */
import { isUtf8 } from 'node:buffer';
import { boundsOf, type Line, lineOf, maxLineBytes } from '@vigil/event-log/files/lines';

/** The lines of a block in order of partition; in shared memory, so that no thread copies them. */
export interface RoutedBlock {
  /** The lines, each with a line break after it. */
  readonly bytes: SharedArrayBuffer;
  /** Where each partition begins in `bytes`; one more than there are partitions. */
  readonly byteBounds: Uint32Array;
  /** The places of the lines in the block, from 0, in the order of `bytes`; shared as well. */
  readonly places: Uint32Array;
  /** Where each partition begins in `places`; one more than there are partitions. */
  readonly placeBounds: Uint32Array;
  /** Lines in the block, blank and unreadable ones included. */
  readonly lines: number;
  /** Lines that are no text, numbered by their place in the block from 0. */
  readonly unreadable: readonly Extract<Line, { readonly reason: unknown }>[];
}

const subjectKey = Buffer.from('"subject"');
const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];

/**
 * Routes the lines of a block.
 *
 * @param spread - where lines without an incident go, so that a file of nothing else is spread as well.
 */
export function routeBlock(bytes: Buffer, partitions: number, spread: number): RoutedBlock {
  const bounds = [...boundsOf(bytes)];
  const text = isUtf8(bytes);
  const plain = !bytes.includes(backslash);
  const partitionOf = new Int32Array(bounds.length).fill(-1);
  const byteBounds = new Uint32Array(partitions + 1);
  const placeBounds = new Uint32Array(partitions + 1);
  const unreadable: RoutedBlock['unreadable'][number][] = [];
  const subjects = new Occurrences(bytes, subjectKey);
  for (const [place, [start, end]] of bounds.entries()) {
    if (start === end) continue;
    if (end - start > maxLineBytes || !text) {
      const line = lineOf(bytes.subarray(start, end), place);
      if ('reason' in line) {
        unreadable.push(line);
        continue;
      }
    }
    const id =
      (plain ? plainSubject(bytes, subjects, start, end) : undefined) ??
      subjectOf(bytes.toString('utf8', start, end));
    const partition = id === undefined ? spread % partitions : hashOf(id) % partitions;
    partitionOf[place] = partition;
    byteBounds[partition + 1] = (byteBounds[partition + 1] ?? 0) + end - start + 1;
    placeBounds[partition + 1] = (placeBounds[partition + 1] ?? 0) + 1;
  }
  for (let p = 0; p < partitions; p++) {
    byteBounds[p + 1] = (byteBounds[p + 1] ?? 0) + (byteBounds[p] ?? 0);
    placeBounds[p + 1] = (placeBounds[p + 1] ?? 0) + (placeBounds[p] ?? 0);
  }
  const shared = new SharedArrayBuffer(byteBounds[partitions] ?? 0);
  const routed = Buffer.from(shared);
  const places = new Uint32Array(new SharedArrayBuffer(4 * (placeBounds[partitions] ?? 0)));
  const [nextByte, nextPlace] = [byteBounds.slice(), placeBounds.slice()];
  for (const [place, [start, end]] of bounds.entries()) {
    const partition = partitionOf[place] ?? -1;
    if (partition === -1) continue;
    const to = nextByte[partition] ?? 0;
    bytes.copy(routed, to, start, end);
    routed[to + end - start] = 0x0a;
    nextByte[partition] = to + end - start + 1;
    places[nextPlace[partition] ?? 0] = place;
    nextPlace[partition] = (nextPlace[partition] ?? 0) + 1;
  }
  const lines = bounds.length;
  return { bytes: shared, byteBounds, places, placeBounds, lines, unreadable };
}

/** Finds a needle again and again, never looking at the same bytes twice. */
class Occurrences {
  readonly #bytes: Buffer;
  readonly #needle: Buffer;
  #next = -1;

  constructor(bytes: Buffer, needle: Buffer) {
    this.#bytes = bytes;
    this.#needle = needle;
    this.#next = bytes.indexOf(needle);
  }

  /** The first one at or after `from`; the length of the bytes when there is none. */
  from(from: number): number {
    if (this.#next !== -1 && this.#next < from)
      this.#next = this.#bytes.indexOf(this.#needle, from);
    return this.#next === -1 ? this.#bytes.length : this.#next;
  }
}

/**
 * The bytes of the subject where a glance is enough: the name stands in the line once, a text follows,
 * and nothing in the block is escaped. A nested or repeated name is left to the parser.
 */
function plainSubject(
  bytes: Buffer,
  subjects: Occurrences,
  start: number,
  end: number,
): Buffer | undefined {
  const found = subjects.from(start);
  const from = found + subjectKey.length + 2;
  if (from >= end || bytes[from - 2] !== colon || bytes[from - 1] !== quote) return undefined;
  let to = from;
  while (to < end && bytes[to] !== quote) to++;
  return subjects.from(to) < end ? undefined : bytes.subarray(from, to);
}

/** The subject as the parser sees it; none when the line is not JSON or has none. */
function subjectOf(line: string): Buffer | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    // It is rejected, with its reason, when its partition is read.
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('subject' in event)) return undefined;
  return typeof event.subject === 'string' ? Buffer.from(event.subject) : undefined;
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
