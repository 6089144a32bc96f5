import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import { retired } from '@vigil/engine/incident-record';
import { count, type Tally } from '../faults.ts';
import { acceptedFacts, unaccounted } from './accounted.ts';
import { type Evidence, gather, type Seen } from './evidence.ts';
import { type Lateness, tooLate } from './lateness.ts';
import { brokenChain, outOfTurn, replayed, restsOnTooLittle, saidTwice } from './ledger.ts';
import { wrongOpenBreach, wrongSlot } from './standing.ts';

/** What Vigil promises of a run, in the order in which it is looked at. */
export type PromiseName =
  | 'fails only for what the world did'
  | 'comes to rest'
  | 'no record is unaccounted for'
  | 'nothing is said twice'
  | 'what was said is what a replay says'
  | 'lag is not taken for an absence'
  | 'nothing is said too late'
  | 'open breaches are those that stand'
  | 'windows hold what a recount gives'
  | 'feeds and objectives are said in turns'
  | 'the hash chain is unbroken';

export interface Broken {
  readonly promise: PromiseName;
  readonly detail: string;
}

export interface Verdict {
  readonly broken: Broken | undefined;
  /** What was said and put aside, by kind: a promise about what never happens is easily kept. */
  readonly said: Tally;
  readonly lateness: Lateness;
}

/** Failures that a fault of the world causes; any other is a defect. */
const excused = new Set([
  'CommitUnknown',
  'WorkingSetUnavailable',
  'PublishUnknown',
  'Fenced',
  'EventLogError',
  'Superseded',
  'ShardNotReady',
  'ShardForgot',
]);

/** Faults after which no call was disturbed and every record was handled once. */
const harmless = new Set(['silent feed', 'partition that lags', 'clock step', 'slow call']);

/** Holds a run that has ended to every promise; the first that is broken is told. */
export async function checkPromises(seen: Seen, tally: Tally): Promise<Verdict> {
  const evidence = await gather(seen);
  const calm = [...tally.keys()].every((fault) => harmless.has(fault));
  const accepted = acceptedFacts(evidence);
  const { lateness, problem: late } = tooLate(evidence);
  const replay = replayed(evidence, accepted);
  const assessments = 'assessments' in replay ? replay.assessments : undefined;
  const problems: readonly (readonly [PromiseName, () => string | undefined])[] = [
    [
      'fails only for what the world did',
      () => seen.world.failures.find(({ name }) => !excused.has(name))?.stack,
    ],
    ['nothing is said twice', () => saidTwice(evidence)],
    ['comes to rest', () => (seen.rest.atRest ? undefined : seen.rest.why)],
    ['no record is unaccounted for', () => unaccounted(evidence, calm)],
    [
      'what was said is what a replay says',
      () => ('problem' in replay ? replay.problem : undefined),
    ],
    ['lag is not taken for an absence', () => restsOnTooLittle(evidence)],
    ['nothing is said too late', () => late],
    [
      'open breaches are those that stand',
      () => assessments && wrongOpenBreach(evidence, assessments),
    ],
    [
      'windows hold what a recount gives',
      () => assessments && wrongSlot(evidence, accepted, assessments),
    ],
    ['feeds and objectives are said in turns', () => outOfTurn(evidence)],
    ['the hash chain is unbroken', () => brokenChain(evidence)],
  ];
  let broken: Broken | undefined;
  for (const [promise, look] of problems) {
    const detail = look();
    if (detail === undefined) continue;
    broken = { promise, detail };
    break;
  }
  return { broken, said: saidOf(evidence), lateness };
}

function saidOf({ ledger, deadLetters, shards }: Evidence): Tally {
  const said: Tally = new Map();
  for (const { record } of ledger) {
    count(said, nameOf(record));
    if (record.kind === 'alert' && record.revision > 1) count(said, 'alerts said again');
  }
  for (const { reason } of deadLetters) count(said, `dead letters: ${reason}`);
  for (const { incidents } of shards) {
    for (const record of incidents.values())
      if (record === retired) count(said, 'retired incidents');
  }
  return said;
}

function nameOf(record: LedgerRecord): string {
  switch (record.kind) {
    case 'alert':
      return `${record.confidence} alerts`;
    case 'retraction':
      return `retractions, ${record.reason}`;
    case 'confirmation':
      return 'confirmations';
    case 'feed-alert':
    case 'objective-alert':
      return record.phase;
  }
}
