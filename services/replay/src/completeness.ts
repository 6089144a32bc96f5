import type { Report } from '@vigil/domain/report/report';
import type { History } from './history/history.ts';

/** One stretch of a partition of a topic that was read. */
export interface RangeStatement {
  readonly topic: string;
  readonly partition: number;
  /** Offsets as decimal digits; `to` is not included. */
  readonly from: string;
  readonly to: string;
  readonly records: number;
}

/** That everything read was decided about, once: `completeness.json`. */
export interface Completeness {
  readonly policyVersion: string;
  readonly until: string;
  readonly ranges?: readonly RangeStatement[];
  readonly facts: {
    /** Facts read: those that are different, and those that repeat another. */
    readonly read: number;
    readonly different: number;
    readonly duplicates: number;
    /** What was read besides. */
    readonly heartbeats: number;
    readonly rejected: number;
  };
  readonly incidents: {
    /** Incidents that any fact is about: those created by then, and those not. */
    readonly known: number;
    readonly created: number;
    readonly notCreated: number;
    /** Openings: creations and reopenings. */
    readonly openings: number;
  };
  /** Every opening has one outcome an objective: settled, not yet due, or why it does not count. */
  readonly objectives: readonly {
    readonly name: string;
    readonly openings: number;
    readonly outcomes: Readonly<Record<string, number>>;
  }[];
}

/** What was read and what was decided do not add up: a defect of Vigil, and the result is not to be used. */
export class IncompleteReplay extends Error {
  override readonly name = 'IncompleteReplay';
  readonly code = 'VIGIL_INCOMPLETE_REPLAY';
}

/**
 * The statement of completeness of a replay.
 *
 * @throws IncompleteReplay when two independent counts of the same differ.
 */
export function completenessOf(
  { facts, duplicates, incidents, known, flags }: History,
  report: Report,
  ranges?: readonly RangeStatement[],
): Completeness {
  const notCreated = known - incidents;
  same('facts', facts, report.read.facts);
  same('duplicates', duplicates, report.read.duplicates);
  same('created incidents', incidents, report.incidents);
  const openings = report.incidents + report.reopenings;
  const objectives = report.objectives.map(({ name, outcomes }) => {
    const sum = Object.values(outcomes).reduce((all, count) => all + count, 0);
    same(`outcomes of ${name}`, openings, sum);
    return { name, openings, outcomes };
  });
  // An incident whose creation lies after the end is not created yet, and is none without a creation.
  if ((flags.get('never-created') ?? 0) > notCreated) same('incidents without creation', 0, 1);
  return {
    policyVersion: report.policyVersion,
    until: report.until,
    ...(ranges === undefined ? {} : { ranges }),
    facts: {
      read: facts,
      different: facts - duplicates,
      duplicates,
      heartbeats: report.read.heartbeats,
      rejected: report.read.rejected,
    },
    incidents: { known, created: incidents, notCreated, openings },
    objectives,
  };
}

function same(what: string, one: number, other: number): void {
  if (one !== other) throw new IncompleteReplay(`${what}: ${one} and ${other} should be the same`);
}
