import type { ClearedReason, Phase, Severity } from '../ledger/alert.ts';
import type { Target } from '../policy/policy.ts';
import { earlier, type Instant, later, plus } from '../time/instant.ts';
import { everApplies, type ScopedMoment, throughScope } from './clock.ts';
import { type Moment, never, type Stretch, stretchesOf } from './timeline.ts';

/** A half-open stretch of time `[from, to)`. */
interface Interval {
  readonly from: Instant;
  to: Instant;
}

/** An alert of one target, with the state it was raised in. */
export interface TargetAlert {
  readonly phase: Phase;
  readonly at: Instant;
  readonly reason?: ClearedReason;
  readonly severity: Severity;
  readonly moment: ScopedMoment;
}

export interface TargetAssessment {
  readonly alerts: readonly TargetAlert[];
  /** When the next alert comes if no further fact does; `never` when none will. */
  readonly next: Instant;
}

/** The alerts of one target over a timeline that was cut at `now` (semantics 4 and 5). */
export function assessTarget(
  timeline: readonly Moment[],
  target: Target,
  now: Instant,
): TargetAssessment {
  if (!everApplies(timeline, target)) return { alerts: [], next: never };
  const stretches = stretchesOf(throughScope(timeline, target));
  const { breaches, warnings } = intervalsOf(stretches, target);
  const alerts: TargetAlert[] = [];
  let next = never;
  const raise = (phase: Phase, at: Instant, severity: Severity, reason?: ClearedReason): void => {
    if (at > now) {
      next = earlier(next, at);
      return;
    }
    const { moment } = stretchAt(stretches, at);
    alerts.push({ phase, at, severity, moment, ...(reason === undefined ? {} : { reason }) });
  };
  // What has not ended ends at `never`, which is later than any `now`.
  const clear = (at: Instant): void => {
    const { moment } = stretchAt(stretches, at);
    raise('cleared', at, 'low', reasonAt(moment, target));
  };

  const breachStarts = new Set(breaches.map(({ from }) => from));
  for (const { from, to } of warnings) {
    raise('warning', from, target.severity.warning);
    if (!breachStarts.has(to)) clear(to);
  }
  for (const { from, to } of breaches) {
    raise('breach', from, target.severity.breach);
    for (const [step, wait] of target.escalateAfter.entries()) {
      const at = plus(from, wait);
      if (at < to) raise(`escalation-${step + 1}`, at, target.severity.escalation);
    }
    clear(to);
  }
  return { alerts, next };
}

function intervalsOf(
  stretches: readonly Stretch<ScopedMoment>[],
  target: Target,
): { readonly breaches: readonly Interval[]; readonly warnings: readonly Interval[] } {
  const breaches: Interval[] = [];
  const warnings: Interval[] = [];
  for (const { from, to, moment } of stretches) {
    if (!moment.watched || moment.begin === undefined || moment.due === undefined) continue;
    const { begin, due } = moment;
    extend(breaches, later(from, due), to);
    if (target.warnAfter !== undefined) {
      extend(warnings, later(from, plus(begin, target.warnAfter)), earlier(to, due));
    }
  }
  return { breaches, warnings };
}

/** Adds `[from, to)`; an interval that adjoins the last one is the same interval, an empty one is none. */
function extend(intervals: Interval[], from: Instant, to: Instant): void {
  if (from >= to) return;
  const last = intervals.at(-1);
  if (last?.to === from) last.to = to;
  else intervals.push({ from, to });
}

/** The stretch that holds an instant at or after the creation. */
function stretchAt<S extends Stretch>(stretches: readonly S[], at: Instant): S {
  const stretch = stretches.findLast(({ from }) => from <= at);
  if (stretch === undefined) throw new RangeError(`nothing is known at ${at}: before the creation`);
  return stretch;
}

/** Why an alert or a clock ended: the first that holds in the state then (semantics 5). */
export function reasonAt(moment: ScopedMoment, target: Target): ClearedReason {
  if (moment.reached) return target.milestone;
  if (!moment.state.open) return 'closed';
  if (!moment.inGrade) return 'regraded';
  if (target.child !== undefined && moment.state.child === 'not-involved') return 'child-ruled-out';
  return 'out-of-scope';
}
