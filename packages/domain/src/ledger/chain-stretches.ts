import {
  type ChainHash,
  type ChainHead,
  type Link,
  type Linkable,
  linkOf,
  origin,
} from './chain.ts';

/** A record of a ledger that is checked, as the topic or an export of it has it. */
export interface ChainRecord extends Linkable {
  /** In decimal digits. */
  readonly offset: string;
  /** In an export: the line, counted from 1. */
  readonly line?: number;
  /** None when it carries none that can be read. */
  readonly link: Link | undefined;
}

/** Where a record stands, and what it is about. */
export interface ChainPlace {
  readonly offset: string;
  readonly line?: number;
  readonly alertId?: string;
  /** The place in the chain that it says it has; none for one without a link. */
  readonly sequence?: number;
}

/**
 * Records that stand one after the other and are alike: `sound` ones, whose hash is right, `altered`
 * ones, whose hash is not, and `unlinked` ones, which carry none. Each follows from the one before.
 */
export interface Stretch {
  readonly standing: 'sound' | 'altered' | 'unlinked';
  readonly from: number;
  to: number;
  /** The hash that the first of them says it follows. */
  readonly follows: ChainHash;
  /** What the record after the last of them may say it follows. */
  hashes: readonly ChainHash[];
  readonly first: ChainPlace;
  last: ChainPlace;
  count: number;
}

/** The stretches of one partition, in the order in which they stand. */
export interface Stretches {
  add(record: ChainRecord): void;
  readonly stretches: readonly Stretch[];
  /** Records before the first that carries a link: the topic is older than its chain. */
  readonly before: number;
}

/** So many records back a second record that follows the same one is recognised as such. */
const recentRecords = 256;

interface Recent extends ChainHead {
  readonly place: ChainPlace;
}

/** Takes records one by one. A ledger that nobody touched is one stretch, however long. */
export function chainStretches(): Stretches {
  const stretches: Stretch[] = [];
  /** The last records of the current stretch while it is sound, the newest last. */
  let recent: Recent[] = [];
  let before = 0;

  function begin(stretch: Stretch): void {
    stretches.push(stretch);
    recent = [];
  }

  function extend(stretch: Stretch, place: ChainPlace, hashes: readonly ChainHash[]): void {
    stretch.to += 1;
    stretch.count += 1;
    stretch.last = place;
    stretch.hashes = hashes;
  }

  /** Cuts the current stretch where a record follows not its last one but one before. */
  function cutAfter(hash: ChainHash): void {
    const current = stretches.at(-1);
    const index = recent.findIndex((one) => one.hash === hash);
    const [kept, next] = [recent[index], recent[index + 1]];
    if (current === undefined || kept === undefined || next === undefined) return;
    const { to, last, hashes } = current;
    const count = to - kept.sequence;
    Object.assign(current, { to: kept.sequence, last: kept.place, hashes: [hash] });
    current.count -= count;
    const { sequence: from, place: first } = next;
    stretches.push({ standing: 'sound', from, to, follows: hash, hashes, first, last, count });
  }

  function addUnlinked(record: ChainRecord): void {
    const current = stretches.at(-1);
    if (current === undefined) {
      before += 1;
      return;
    }
    const place = placeOf(record);
    const [tip = origin.hash] = current.hashes;
    // As if its link had been taken off: then the next record says that it follows it.
    const link = linkOrNone({ sequence: current.to, hash: tip }, record);
    const hashes = link === undefined ? [] : [link.hash];
    if (current.standing === 'unlinked') extend(current, place, hashes);
    else begin({ ...single('unlinked', current.to + 1, place), follows: tip, hashes });
  }

  function addLinked(record: ChainRecord, link: Link): void {
    const current = stretches.at(-1);
    const place = placeOf(record);
    const right = linkOrNone({ sequence: link.sequence - 1, hash: link.previous }, record);
    const isSound = right?.hash === link.hash;
    const standing = isSound ? 'sound' : 'altered';
    const hashes = isSound || right === undefined ? [link.hash] : [link.hash, right.hash];
    const follows = link.previous;
    const fits = current?.hashes.includes(follows) === true;
    if (fits && current.standing === standing && link.sequence === current.to + 1) {
      extend(current, place, hashes);
    } else {
      if (isSound) cutAfter(follows);
      // What an altered record says of its number counts less than what it follows.
      const from = !isSound && fits ? current.to + 1 : link.sequence;
      begin({ ...single(standing, from, place), follows, hashes });
    }
    if (isSound) recent.push({ sequence: link.sequence, hash: link.hash, place });
    if (recent.length > recentRecords) recent.shift();
  }

  return {
    stretches,
    get before() {
      return before;
    },
    add(record) {
      if (record.link === undefined) addUnlinked(record);
      else addLinked(record, record.link);
    },
  };
}

function single(standing: Stretch['standing'], at: number, place: ChainPlace) {
  return { standing, from: at, to: at, first: place, last: place, count: 1 };
}

/** None for a record that has no canonical form: Vigil did not write it. */
function linkOrNone(head: ChainHead, record: Linkable): Link | undefined {
  try {
    return linkOf(head, record);
  } catch {
    return undefined;
  }
}

function placeOf({ offset, line, link, record }: ChainRecord): ChainPlace {
  const alertId =
    typeof record === 'object' && record !== null && 'alertId' in record
      ? record.alertId
      : undefined;
  return {
    offset,
    ...(line === undefined ? {} : { line }),
    ...(typeof alertId === 'string' ? { alertId } : {}),
    ...(link === undefined ? {} : { sequence: link.sequence }),
  };
}
