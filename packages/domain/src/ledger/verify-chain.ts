import { type ChainHead, origin } from './chain.ts';
import { sortStretches } from './chain-spine.ts';
import {
  type ChainPlace,
  type ChainRecord,
  chainStretches,
  type Stretch,
  type Stretches,
} from './chain-stretches.ts';

/** What is wrong with the chain of a partition, and where. */
export type ChainFinding = RecordsFinding | MissingFinding;

/**
 * Records that stand there and should not, or not so:
 * - `altered`: what a record says is not what its hash, or the record after it, says it said;
 * - `inserted`: it does not belong to the chain;
 * - `moved`: it belongs elsewhere in the chain;
 * - `written-anew`: where a checkpoint was signed there is another record.
 */
export interface RecordsFinding {
  readonly kind: 'altered' | 'inserted' | 'moved' | 'written-anew';
  readonly partition: number;
  readonly count: number;
  readonly first: ChainPlace;
  readonly last: ChainPlace;
  /** They carry no link. */
  readonly unlinked: boolean;
}

/** Records that should stand there: within the chain (`removed`), or before a checkpoint (`cut-short`). */
export interface MissingFinding {
  readonly kind: 'removed' | 'cut-short';
  readonly partition: number;
  readonly count: number;
  /** Their neighbours in the chain; none at its beginning and end. */
  readonly after: ChainPlace | undefined;
  readonly before: ChainPlace | undefined;
}

/** What the records of a partition show. */
export interface PartitionVerdict {
  readonly partition: number;
  /** Records before the first that carries a link: nothing is known of those. */
  readonly unlinkedBefore: number;
  /** The records from there on. */
  readonly records: number;
  /** Where the chain begins and ends; none where no record carries a link. */
  readonly begins: ChainPlace | undefined;
  readonly head: (ChainHead & { readonly offset: string }) | undefined;
  /** Nothing is wrong when there are none. In the order of the chain. */
  readonly findings: readonly ChainFinding[];
}

/** Where the chain of a partition was when a checkpoint was signed. */
export interface SignedHead extends ChainHead {
  readonly partition: number;
}

/** Checks the chains of a ledger, record by record. */
export interface ChainVerifier {
  /** Takes the next record; those of a partition come in the order in which they stand. */
  take(record: ChainRecord): void;
  /** What the records taken show, by partition. */
  verdicts(): readonly PartitionVerdict[];
}

interface Checked {
  readonly stretches: Stretches;
  records: number;
  /** Records with the number that the checkpoint ends with. */
  readonly atCheckpoint: { readonly hash: string; readonly place: ChainPlace }[];
}

/**
 * Opens a verifier. Whoever can write the topic can write its chain anew, from any record on: only a
 * checkpoint kept elsewhere shows that, and what was cut off at the end.
 *
 * @param heads - of an earlier checkpoint: the chains must extend it.
 */
export function chainVerifier(heads: readonly SignedHead[] = []): ChainVerifier {
  const signed = new Map(heads.map((head) => [head.partition, head]));
  const partitions = new Map<number, Checked>();
  const checkedOf = (partition: number): Checked => {
    const known = partitions.get(partition);
    if (known !== undefined) return known;
    const checked: Checked = { stretches: chainStretches(), records: 0, atCheckpoint: [] };
    partitions.set(partition, checked);
    return checked;
  };
  for (const { partition } of heads) checkedOf(partition);
  return {
    take(record) {
      const checked = checkedOf(record.partition);
      const { stretches, atCheckpoint } = checked;
      stretches.add(record);
      checked.records += 1;
      const { link, offset, line } = record;
      if (link !== undefined && link.sequence === signed.get(record.partition)?.sequence) {
        const place = { offset, ...(line === undefined ? {} : { line }), sequence: link.sequence };
        atCheckpoint.push({ hash: link.hash, place });
      }
    },
    verdicts: () =>
      [...partitions]
        .sort(([a], [b]) => a - b)
        .map(([partition, checked]) => verdictOf(partition, checked, signed.get(partition))),
  };
}

function verdictOf(
  partition: number,
  { stretches: { stretches, before }, records, atCheckpoint }: Checked,
  signed: SignedHead | undefined,
): PartitionVerdict {
  const { chain, moved, strange } = sortStretches(stretches);
  const end = chain.at(-1);
  const [head] =
    end?.hashes.map((hash) => ({ sequence: end.to, hash, offset: end.last.offset })) ?? [];
  const findings: ChainFinding[] = [
    ...breaksOf(partition, chain),
    ...stretches
      .filter((one) => moved.has(one))
      .map((one) => recordsFinding('moved', partition, one)),
    ...strange.map((one) => recordsFinding('inserted', partition, one)),
  ];
  if (signed !== undefined) {
    const count = signed.sequence - (head?.sequence ?? 0);
    if (count > 0) {
      findings.push({ kind: 'cut-short', partition, count, after: end?.last, before: undefined });
    }
    const [other] = atCheckpoint;
    if (other !== undefined && !atCheckpoint.some((one) => one.hash === signed.hash)) {
      findings.push(recordsFinding('written-anew', partition, soundAt(other.place)));
    }
  }
  return {
    partition,
    unlinkedBefore: before,
    records: records - before,
    begins: stretches[0]?.first,
    head,
    findings,
  };
}

/** What is wrong within the chain: records that were altered, and records that are not there. */
function breaksOf(partition: number, chain: readonly Stretch[]): ChainFinding[] {
  const findings: ChainFinding[] = [];
  let before: Stretch | undefined;
  let blamed: ChainPlace | undefined;
  for (const [index, one] of chain.entries()) {
    const missing = one.from - (before?.to ?? origin.sequence) - 1;
    if (missing > 0) {
      const [after, next] = [before?.last, one.first];
      findings.push({ kind: 'removed', partition, count: missing, after, before: next });
    } else if (isBroken(before, one)) {
      // A record was given a hash of its own: the one that neither leads to the next nor, at worst,
      // follows the one before.
      const after = chain[index + 1];
      const isItself = one.count === 1 && after !== undefined && isBroken(one, after);
      const place = before === undefined || isItself ? one.first : before.last;
      if (place !== blamed) findings.push(recordsFinding('altered', partition, soundAt(place)));
      blamed = place;
    }
    if (one.standing !== 'sound') findings.push(recordsFinding('altered', partition, one));
    before = one;
  }
  return findings;
}

/** Whether two sound stretches, one after the other by number, do not follow by hash. */
function isBroken(before: Stretch | undefined, one: Stretch): boolean {
  if (one.standing !== 'sound' || (before !== undefined && before.standing !== 'sound'))
    return false;
  const next = (before?.to ?? origin.sequence) + 1;
  return one.from === next && !(before?.hashes ?? [origin.hash]).includes(one.follows);
}

function recordsFinding(
  kind: RecordsFinding['kind'],
  partition: number,
  { count, first, last, standing }: Pick<Stretch, 'count' | 'first' | 'last' | 'standing'>,
): RecordsFinding {
  return { kind, partition, count, first, last, unlinked: standing === 'unlinked' };
}

const soundAt = (place: ChainPlace) =>
  ({ count: 1, first: place, last: place, standing: 'sound' }) as const;
