import type { ChainPlace, ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import {
  type ChainFinding,
  chainVerifier,
  type PartitionVerdict,
} from '@vigil/domain/ledger/verify-chain';
import { formatInstant } from '@vigil/domain/time/instant';
import type { Checkpoint } from './checkpoint.ts';
import type { UnreadableLine } from './ledger-file.ts';

/** What a check of the chains of a ledger found. */
export interface LedgerVerdict {
  readonly partitions: readonly PartitionVerdict[];
  /** Lines of an export that hold no record. */
  readonly unreadable: readonly UnreadableLine[];
  /** The checkpoint it was held to. */
  readonly checkpoint: Checkpoint | undefined;
  /**
   * `whole`: nothing was found; `unproven`: nothing was found, but in some partition no record carries a
   * link, so that nothing could be; `broken`.
   */
  readonly outcome: 'whole' | 'unproven' | 'broken';
}

/** Checks the chains of a ledger, read from its topic or from an export. */
export async function verifyLedger(
  records: AsyncIterable<ChainRecord | UnreadableLine>,
  checkpoint?: Checkpoint,
): Promise<LedgerVerdict> {
  const verifier = chainVerifier(checkpoint?.heads);
  const unreadable: UnreadableLine[] = [];
  for await (const record of records) {
    if ('kind' in record) unreadable.push(record);
    else verifier.take(record);
  }
  const partitions = verifier.verdicts();
  return { partitions, unreadable, checkpoint, outcome: outcomeOf(partitions, unreadable) };
}

function outcomeOf(
  partitions: readonly PartitionVerdict[],
  unreadable: readonly UnreadableLine[],
): LedgerVerdict['outcome'] {
  if (unreadable.length > 0 || partitions.some(({ findings }) => findings.length > 0)) {
    return 'broken';
  }
  return partitions.some(({ unlinkedBefore, head }) => unlinkedBefore > 0 && head === undefined)
    ? 'unproven'
    : 'whole';
}

/** What was found, for people, line by line. */
export function verdictLines({
  partitions,
  unreadable,
  checkpoint,
  outcome,
}: LedgerVerdict): readonly string[] {
  const findings = partitions.flatMap((one) => one.findings);
  const records = partitions.reduce((sum, one) => sum + one.records, 0);
  const held =
    checkpoint === undefined
      ? []
      : [
          `held to the checkpoint of ${checkpoint.ledger} taken at ${formatInstant(checkpoint.takenAt)}`,
        ];
  return [
    ...partitions.map(partitionLine),
    ...unreadable.map(({ file, line, problem }) => `unreadable: ${file} line ${line} ${problem}`),
    ...findings.map(findingLine),
    ...held,
    `${counted(records, 'record')} in ${counted(partitions.length, 'chain')}: ${lastWord[outcome]}`,
  ];
}

const lastWord: Readonly<Record<LedgerVerdict['outcome'], string>> = {
  whole: 'whole',
  unproven: 'unproven: a partition has records, and none carries a link',
  broken: 'broken',
};

function partitionLine({
  partition,
  records,
  begins,
  head,
  unlinkedBefore,
}: PartitionVerdict): string {
  const reach =
    begins === undefined || head === undefined
      ? 'no chain yet'
      : `${counted(records, 'record')} from offset ${begins.offset} to ${head.offset}, ending in ${head.hash}`;
  const before =
    unlinkedBefore === 0 ? '' : `; ${counted(unlinkedBefore, 'record')} before it without a link`;
  return `partition ${partition}: ${reach}${before}`;
}

/** A finding in words: what, how much, where. */
export function findingLine(finding: ChainFinding): string {
  const where = `partition ${finding.partition}`;
  if ('first' in finding) {
    const { kind, count, first, last, unlinked } = finding;
    const to = count === 1 ? '' : ` to ${placeText(last)}`;
    const places = `${counted(count, 'record')} at ${placeText(first)}${to}`;
    const why = unlinked ? unlinkedWords[kind] : words[kind];
    return `${kind}: ${where}, ${places}: ${why}`;
  }
  const { kind, count, after, before } = finding;
  const neighbours = [
    ...(after === undefined ? [] : [`after ${placeText(after)}`]),
    ...(before === undefined ? [] : [`before ${placeText(before)}`]),
  ];
  const between = neighbours.length === 0 ? '' : ` ${neighbours.join(' and ')}`;
  return `${kind}: ${where}, ${counted(count, 'record')}${between}: ${words[kind]}`;
}

const words: Readonly<Record<ChainFinding['kind'], string>> = {
  altered: 'not what was published',
  inserted: 'not of the chain',
  moved: 'belongs elsewhere in the chain',
  removed: 'not there',
  'cut-short': 'counted by the checkpoint, and not there',
  'written-anew': 'not the record that the checkpoint ends with',
};

const unlinkedWords: typeof words = {
  ...words,
  altered: 'its link was taken off',
  inserted: 'carries no link',
};

function placeText({ offset, line, alertId }: ChainPlace): string {
  const inFile = line === undefined ? '' : ` (line ${line})`;
  const about = alertId === undefined ? '' : `, alert ${alertId}`;
  return `offset ${offset}${inFile}${about}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
