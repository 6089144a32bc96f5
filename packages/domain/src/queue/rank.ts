import type { ChildInvolvement } from '../facts/fact.ts';
import type { Phase } from '../ledger/alert.ts';

/** What the order of the queue depends on. */
export interface Rankable {
  readonly id: string;
  readonly child: ChildInvolvement;
  /** The alarm's last phase, `watched` before any. */
  readonly phase: Phase | 'watched';
  /** Milliseconds since 1970 UTC; none where no clock runs. */
  readonly dueAt?: number | undefined;
}

const childOrder = { involved: 0, unknown: 1, 'not-involved': 2 } as const;

/**
 * The order in which people should look: children, then possible children, then the rest; among each
 * what is overdue, the longest first, then what ended and was not answered, then what is due next. It
 * does not change with time alone: due instants do not move.
 *
 * @returns negative when `a` comes before `b`; 0 for one and the same only
 */
export function byUrgency(a: Rankable, b: Rankable): number {
  return (
    childOrder[a.child] - childOrder[b.child] ||
    stageOf(a.phase) - stageOf(b.phase) ||
    (a.dueAt ?? never) - (b.dueAt ?? never) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/** Later than any instant, and unlike infinity equal to itself after a subtraction. */
const never = Number.MAX_SAFE_INTEGER;

function stageOf(phase: Rankable['phase']): number {
  if (phase === 'cleared') return 1;
  return phase === 'watched' || phase === 'warning' ? 2 : 0;
}
