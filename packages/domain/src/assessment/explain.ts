/**
 * An incident as a story for people: what happened, what each target's clock made of it, what was said
 * and why. It decides nothing itself: states, clocks and alerts are those of `assess` and its parts.
 */
import { distinctFacts } from '../facts/distinct.ts';
import type { Fact } from '../facts/fact.ts';
import type { AssessedAlert } from '../ledger/alert.ts';
import type { Policy, Target } from '../policy/policy.ts';
import { describeDuration } from '../time/duration.ts';
import { type Instant, plus } from '../time/instant.ts';
import { type Assessment, assess } from './assess.ts';
import { type ScopedMoment, throughScope } from './clock.ts';
import { type IncidentState, isReached } from './state.ts';
import {
  childWords,
  factWords,
  flagWords,
  type LocalClock,
  listWords,
  localClock,
  milestoneWords,
  reasonWords,
} from './story-words.ts';
import { reasonAt } from './target.ts';
import { timelineOf, voidedAttendances } from './timeline.ts';

/** One thing that happened, or should have been said, at an instant. */
export interface StoryLine {
  readonly at: Instant;
  readonly kind: 'fact' | 'alert';
  /** `at` on the clocks of the policy's time zone. */
  readonly localTime: string;
  /** `at the call`, or such as `after 1 h 5 min`. */
  readonly sinceCall: string;
  readonly sentence: string;
  /** What follows from it, a sentence each: the state, the clocks, why an alert was raised. */
  readonly details: readonly string[];
}

/** The story of one incident up to an instant. */
export interface Story {
  readonly lines: readonly StoryLine[];
  /** How things stand at the end of it, a sentence each. */
  readonly standing: readonly string[];
  /** What a reader should know of the facts themselves, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Tells the story of one incident until `now`: each fact in order with the state after it and what it
 * did to each target's clock, and each alert with its reason.
 *
 * @param facts - of one incident, in any order, duplicates and facts dated after `now` included.
 */
export function explain(facts: readonly Fact[], policy: Policy, now: Instant): Story {
  const distinct = distinctFacts(facts);
  const assessed = assess(facts, policy, now);
  const later = distinct.facts.filter(({ at }) => at > now).length;
  const notes = [
    ...assessed.flags.map((flag) => flagWords[flag]),
    ...(distinct.duplicates === 0 ? [] : [`Left out as duplicates: ${distinct.duplicates}.`]),
    ...(later === 0 ? [] : [`Facts dated later, which have not happened yet: ${later}.`]),
  ];
  const timeline = timelineOf(distinct.facts, now, policy.childTypes);
  const call = timeline[0]?.at;
  if (call === undefined) return { lines: [], standing: ['Nothing is decided yet.'], notes };

  const clock = localClock(policy.timeZone);
  const clocks = policy.targets.map((target) => ({
    target,
    moments: throughScope(timeline, target),
  }));
  const voided = voidedAttendances(timeline);
  const placed = (at: Instant) => ({
    at,
    localTime: clock(at),
    sinceCall: at === call ? 'at the call' : `after ${describeDuration(at - call)}`,
  });
  const happened = timeline.map(
    ({ at, fact, state }, index): StoryLine => ({
      ...placed(at),
      kind: 'fact',
      sentence: factWords(fact),
      details: [
        ...(fact.at < at ? [`It is dated ${clock(fact.at)}, before the call.`] : []),
        ...(voided.has(fact)
          ? ['The unit was stood down later; from then on this does not count.']
          : []),
        ...stateChanges(timeline[index - 1]?.state, state),
        ...clocks.flatMap(({ target, moments }) =>
          clockChange(target, moments[index - 1], moments[index], clock),
        ),
      ],
    }),
  );
  const said = assessed.alerts.map(
    (alert): StoryLine => ({
      ...placed(alert.at),
      kind: 'alert',
      sentence: `${titleOf(alert)}: ${alert.target}.`,
      details: whyRaised(alert, policy, clock),
    }),
  );
  return {
    // The sort is stable: what is said at an instant stands after what happened at it.
    lines: [...happened, ...said].sort((a, b) => a.at - b.at),
    standing: [
      ...stateWords(assessed.state, clock, now),
      ...clocks.flatMap(({ target, moments }) =>
        clockWords(target, moments.at(-1), assessed, clock, now),
      ),
    ],
    notes,
  };
}

function stateChanges(before: IncidentState | undefined, after: IncidentState): readonly string[] {
  const changes: string[] = [];
  if (before?.grade !== after.grade) changes.push(`The grade is ${after.grade}.`);
  if (before?.child !== after.child) changes.push(`${childWords[after.child]}.`);
  if (before === undefined || before.open === after.open) return changes;
  return [
    ...changes,
    after.open ? 'It is open again; nothing done before counts.' : 'It is closed.',
  ];
}

function clockChange(
  target: Target,
  before: ScopedMoment | undefined,
  after: ScopedMoment | undefined,
  clock: LocalClock,
): readonly string[] {
  if (after === undefined) return [];
  if (!after.watched || after.due === undefined) {
    return before?.watched === true
      ? [`${target.name}: the clock ends, as ${reasonWords[reasonAt(after, target)]}.`]
      : [];
  }
  if (before?.watched === true) return [];
  const within = describeDuration(target.within);
  const runsOut = after.due > after.at ? 'runs out' : 'had run out';
  return [`${target.name}: the clock of ${within} ${runsOut} at ${clock(after.due)}.`];
}

function titleOf({ phase }: AssessedAlert): string {
  const title = `${phase.charAt(0).toUpperCase()}${phase.slice(1)}`;
  return title.replace('-', ' ');
}

function whyRaised(
  { phase, target, milestone, at, begin, due, reason, severity }: AssessedAlert,
  { targets }: Policy,
  clock: LocalClock,
): readonly string[] {
  if (phase === 'cleared')
    return reason === undefined ? [] : [`It ended because ${reasonWords[reason]}.`];
  const what = milestoneWords[milestone];
  const why: string[] = [];
  if (phase === 'warning' && due !== undefined) {
    why.push(`There was no ${what} yet, with ${describeDuration(due - at)} left.`);
  } else if (phase === 'breach' && due !== undefined) {
    const late = due < at ? ` The clock had run out before, at ${clock(due)}.` : '';
    why.push(`There was no ${what} in time.${late}`);
  } else {
    const steps = targets.find(({ name }) => name === target)?.escalateAfter ?? [];
    const wait = steps[Number(phase.slice('escalation-'.length)) - 1] ?? 0;
    why.push(`There was still no ${what} ${describeDuration(wait)} after the breach.`);
  }
  if (begin !== undefined) why.push(`The clock had run for ${describeDuration(at - begin)}.`);
  return [...why, `Severity: ${severity}.`];
}

function stateWords(
  state: IncidentState | undefined,
  clock: LocalClock,
  now: Instant,
): readonly string[] {
  if (state === undefined) return [];
  const { open, grade, child } = state;
  const done = (['allocated', 'contacted', 'attended', 'seen'] as const)
    .filter((milestone) => isReached(state, milestone))
    .map((milestone) => reasonWords[milestone]);
  return [
    `At ${clock(now)} it is ${open ? 'open' : 'closed'}, graded ${grade}. ${childWords[child]}.`,
    done.length === 0
      ? 'Since it was opened nothing was done that still counts.'
      : `Since it was opened ${listWords(done)}.`,
  ];
}

function clockWords(
  { name, escalateAfter }: Target,
  last: ScopedMoment | undefined,
  { alerts }: Assessment,
  clock: LocalClock,
  now: Instant,
): readonly string[] {
  if (last?.watched !== true || last.due === undefined) return [];
  if (now < last.due) {
    return [`${name}: ${describeDuration(last.due - now)} left, until ${clock(last.due)}.`];
  }
  const breach = alerts.findLast(({ target, phase }) => target === name && phase === 'breach');
  const next = escalateAfter
    .map((wait) => plus(breach?.at ?? now, wait))
    .find((escalation) => escalation > now);
  return [
    `${name}: in breach, overdue by ${describeDuration(now - last.due)}.`,
    ...(next === undefined ? [] : [`${name}: escalates next at ${clock(next)}.`]),
  ];
}
