import type { Instant } from '../time/instant.ts';
import { type AlertId, type AssessedAlert, alertIdOf, type Phase } from './alert.ts';

/** An alert of one incident that was published, or is about to be: it stands in the outbox. */
export interface Said {
  readonly alertId: AlertId;
  readonly target: string;
  readonly phase: Phase;
  readonly at: Instant;
  /** The last revision published. */
  readonly revision: number;
  /** Not withdrawn. */
  readonly standing: boolean;
  /** The watermark had not passed it when it was published, and nobody has confirmed it. */
  readonly provisional: boolean;
}

/** What must be published so that what was said is what should exist. */
export interface Difference {
  readonly raise: readonly {
    readonly alert: AssessedAlert;
    readonly alertId: AlertId;
    readonly revision: number;
    readonly provisional: boolean;
  }[];
  /** Provisional alerts that the watermark has passed. */
  readonly confirm: readonly Said[];
  readonly retract: readonly Said[];
  /** What will have been said afterwards. */
  readonly said: readonly Said[];
}

/**
 * Compares what was said of one incident with what should exist (semantics 5 and 6).
 *
 * @param expected - the alerts that exist at the instant decided for.
 * @param watermark - alerts after it are provisional: the facts up to there have not all been read.
 */
export function difference(
  said: readonly Said[],
  expected: readonly AssessedAlert[],
  watermark: Instant,
): Difference {
  const unmatched = new Map(said.map((one) => [identity(one), one]));
  const raise: Difference['raise'][number][] = [];
  const confirm: Said[] = [];
  const retract: Said[] = [];
  const after: Said[] = [];
  for (const alert of expected) {
    const provisional = alert.at > watermark;
    const known = unmatched.get(identity(alert));
    unmatched.delete(identity(alert));
    if (known?.standing === true) {
      const confirmed = known.provisional && !provisional;
      const one = confirmed ? { ...known, provisional: false } : known;
      if (confirmed) confirm.push(one);
      after.push(one);
    } else {
      const alertId = known?.alertId ?? alertIdOf(alert);
      const revision = (known?.revision ?? 0) + 1;
      const { target, phase, at } = alert;
      raise.push({ alert, alertId, revision, provisional });
      after.push({ alertId, target, phase, at, revision, standing: true, provisional });
    }
  }
  for (const one of unmatched.values()) {
    const withdrawn = { ...one, standing: false, provisional: false };
    if (one.standing) retract.push(withdrawn);
    after.push(withdrawn);
  }
  return { raise, confirm, retract, said: after };
}

function identity({ target, phase, at }: Pick<Said, 'target' | 'phase' | 'at'>): string {
  return `${target}\n${phase}\n${at}`;
}

/**
 * How far an alert's story has been told, as a number that only rises: of each revision first
 * provisional, then confirmed, then withdrawn.
 */
export function progressOf({
  revision,
  standing,
  provisional,
}: Pick<Said, 'revision' | 'standing' | 'provisional'>): number {
  return revision * 3 + (standing ? (provisional ? 0 : 1) : 2);
}

/**
 * Joins what an incident remembers having said with what the alert topic shows was said: of each
 * alert the state that is further on. So a working set that forgot learns it again (architecture,
 * "Where the truth is").
 */
export function joinSaid(remembered: readonly Said[], shown: readonly Said[]): readonly Said[] {
  const joined = new Map(remembered.map((one) => [one.alertId, one]));
  for (const one of shown) {
    const known = joined.get(one.alertId);
    if (known === undefined || progressOf(one) > progressOf(known)) joined.set(one.alertId, one);
  }
  return [...joined.values()];
}

/** A breach that stands now: the last phase reached and where it began. */
export interface StandingBreach<A extends Pick<Said, 'target' | 'phase' | 'at'>> {
  readonly breach: A;
  readonly latest: A;
}

/** The breaches that stand, by target, among alerts that exist, in any order. */
export function standingBreaches<A extends Pick<Said, 'target' | 'phase' | 'at'>>(
  alerts: readonly A[],
): ReadonlyMap<string, StandingBreach<A>> {
  const open = new Map<string, StandingBreach<A>>();
  // A breach may begin at the instant that another ends: the end comes first.
  const order = (phase: Phase): number => (phase === 'cleared' ? 0 : phase === 'breach' ? 1 : 2);
  for (const alert of alerts.toSorted((a, b) => a.at - b.at || order(a.phase) - order(b.phase))) {
    const { target, phase } = alert;
    const known = open.get(target);
    if (phase === 'cleared') open.delete(target);
    else if (phase === 'breach') open.set(target, { breach: alert, latest: alert });
    else if (phase !== 'warning' && known !== undefined)
      open.set(target, { ...known, latest: alert });
  }
  return open;
}
