import { origin } from './chain.ts';
import type { Stretch } from './chain-stretches.ts';

/** Stretches told apart by what they are to the chain. */
export interface Sorted {
  /** What makes up the chain, in the order of its numbers, whichever order it stands in. */
  readonly chain: readonly Stretch[];
  /** Those of the chain that stand elsewhere than where they belong. */
  readonly moved: ReadonlySet<Stretch>;
  /** What does not belong to the chain. */
  readonly strange: readonly Stretch[];
}

/**
 * Sorts out which stretches are the chain: as many records as can be whose numbers rise in the order in
 * which they stand, and of the others those that fit between, by number and hash.
 */
export function sortStretches(stretches: readonly Stretch[]): Sorted {
  const spine = spineOf(stretches);
  const joints = jointsOf(stretches);
  const chain = stretches.filter((one) => spine.has(one));
  const moved = new Set<Stretch>();
  const strange: Stretch[] = [];
  for (const one of stretches) {
    if (spine.has(one)) continue;
    const index = indexFrom(chain, (known) => known.to >= one.from);
    const isFree = one.to < (chain[index]?.from ?? Number.POSITIVE_INFINITY);
    if (one.standing === 'sound' && isFree && joints.has(one)) {
      chain.splice(index, 0, one);
      moved.add(one);
    } else {
      strange.push(one);
    }
  }
  return { chain, moved, strange };
}

interface Path {
  readonly stretch: Stretch;
  readonly weight: number;
  readonly before: Path | undefined;
}

/** The heaviest stretches whose numbers rise in the order in which they stand. */
function spineOf(stretches: readonly Stretch[]): ReadonlySet<Stretch> {
  // The best paths so far, of rising ends and weights. Of two alike the later one counts: who invents a
  // record cannot keep the publisher from going on from its own.
  const best: Path[] = [];
  // A record that is not sound tips the scale only where nothing else would.
  const trifle = 0.5 / stretches.length;
  for (const [index, stretch] of stretches.entries()) {
    const [previous, next] = [stretches[index - 1], stretches[index + 1]];
    if (stretch.standing !== 'sound' && !isInPlace(previous, stretch, next)) continue;
    const before = best[indexFrom(best, (path) => path.stretch.to >= stretch.from) - 1];
    const weight = (before?.weight ?? 0) + (stretch.standing === 'sound' ? stretch.count : trifle);
    const at = indexFrom(best, (path) => path.stretch.to >= stretch.to);
    const shorter = best[at - 1];
    if (shorter !== undefined && shorter.weight >= weight) continue;
    const worse = best.slice(at).findIndex((path) => path.weight > weight);
    best.splice(at, worse === -1 ? best.length : worse, { stretch, weight, before });
  }
  const spine = new Set<Stretch>();
  for (let path = best.at(-1); path !== undefined; path = path.before) spine.add(path.stretch);
  return spine;
}

/** Whether a record whose own hash says nothing is vouched for by one beside it. */
function isInPlace(before: Stretch | undefined, one: Stretch, after: Stretch | undefined): boolean {
  const followsOne = after !== undefined && one.hashes.includes(after.follows);
  // Of one without a link it was only assumed.
  if (one.standing === 'unlinked') return followsOne;
  return followsOne || (before?.hashes ?? [origin.hash]).includes(one.follows);
}

/** Stretches that another one leads to, or follows, by number and hash. */
function jointsOf(stretches: readonly Stretch[]): ReadonlySet<Stretch> {
  const joint = (sequence: number, hash: string): string => `${sequence} ${hash}`;
  const ends = new Set([joint(origin.sequence, origin.hash)]);
  const starts = new Set<string>();
  for (const { from, to, follows, hashes } of stretches) {
    starts.add(joint(from, follows));
    for (const hash of hashes) ends.add(joint(to, hash));
  }
  const isJoined = ({ from, to, follows, hashes }: Stretch): boolean =>
    ends.has(joint(from - 1, follows)) || hashes.some((hash) => starts.has(joint(to + 1, hash)));
  return new Set(stretches.filter(isJoined));
}

/** The first index at which a condition holds that holds from there on; the length when it never does. */
function indexFrom<T>(sorted: readonly T[], holds: (one: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && !holds(one)) low = middle + 1;
    else high = middle;
  }
  return low;
}
