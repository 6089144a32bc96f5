import { assess } from '@vigil/domain/assessment/assess';
import type { Fact } from '@vigil/domain/facts/fact';
import { type AlertRecord, alertIdOf } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import { limits } from '@vigil/engine/ports';
import { bounds } from '../faults.ts';
import { type Evidence, isReadable } from './evidence.ts';
import { describe } from './ledger.ts';

/** How late alerts came, at worst. */
export interface Lateness {
  readonly worst: Delay;
  /** Of those that nothing excused: no disturbance, nothing held. */
  readonly undisturbed: Delay;
  /** The one that took the greatest share of what it was allowed. */
  readonly nearest: Delay;
}

/** Milliseconds from when an alert could be known until it could be read, and what was allowed. */
interface Delay {
  readonly delayMs: number;
  readonly boundMs: number;
}

/** Milliseconds for the calls on an alert's way, each at most `bounds.latency` there and back. */
const onTheWay = 1_500;

/**
 * Every alert is on the topic in time. It can be known from `known` on: when it fell due, or when the
 * record that made it so could be read, or when its policy was rolled out; whichever is last. Then
 *
 *     published - known <= grace             the watermark keeps that far behind the clock
 *                        + readEvery         until the end of each topic is found again
 *                        + tick              until the detector looks again
 *                        + onTheWay          for the calls
 *                        + 2 clockError      of the consumer that read and of the detector
 *                        + holdAtMost + heldTick      if a partition lagged or a feed was silent then
 *                        + what was disturbed in between: each stretch in which something was down,
 *                          cut off, frozen or killed, and `recoveryMs` after it
 */
export function tooLate(evidence: Evidence): { lateness: Lateness; problem: string | undefined } {
  const { world, policy, tickMs, readEveryMs } = evidence;
  const none: Delay = { delayMs: 0, boundMs: 1 };
  let [worst, undisturbed, nearest] = [none, none, none];
  let problem: string | undefined;
  const usual = policy.grace + readEveryMs + tickMs + onTheWay + 2 * bounds.clockError;
  const knowledge = knowledgeOf(evidence);
  for (const { record, at: published } of evidence.ledger) {
    if (record.kind !== 'alert') continue;
    const known = published - record.at <= usual ? record.at : knowledge(record, published);
    const delayMs = published - known;
    const disturbed = world.disturbed.within(known, published);
    const wasHeld = world.held.within(known - policy.grace - usual, published) > 0;
    const held = wasHeld ? policy.holdAtMost + limits.heldTickMs : 0;
    const boundMs = usual + held + disturbed;
    if (delayMs / boundMs > nearest.delayMs / nearest.boundMs) nearest = { delayMs, boundMs };
    if (delayMs > worst.delayMs) worst = { delayMs, boundMs };
    if (disturbed + held === 0 && delayMs > undisturbed.delayMs) undisturbed = { delayMs, boundMs };
    if (delayMs > boundMs && problem === undefined) {
      problem = `${describe(record)} came ${delayMs} ms after it could be known, allowed were ${boundMs}`;
    }
  }
  return { lateness: { worst, undisturbed, nearest }, problem };
}

/** Since when, up to its publication, the facts that could be read and the policy meant the alert. */
function knowledgeOf(evidence: Evidence): (record: AlertRecord, published: number) => number {
  const arrivals = Map.groupBy(
    evidence.arrivals.flatMap((one) => {
      const { delivery, record } = one;
      if (delivery.fact === undefined || !isReadable(one, evidence.policy)) return [];
      const stalled = evidence.world.stalled.get(`${record.topic}/${record.partition}`);
      const arrived = record.timestamp as Instant;
      // Its reader, which looks now and then and may be mended first, comes before it is held up again.
      const mended = evidence.world.disturbed.endOf(arrived) - arrived;
      const needed = mended + evidence.readEveryMs + onTheWay;
      return [{ fact: delivery.fact, readable: stalled?.freeFor(arrived, needed) ?? arrived }];
    }),
    ({ fact }) => fact.incidentId,
  );
  return (record, published) => {
    const own = evidence.policies.findLast(
      ({ policy, since }) => policy.policyVersion === record.policyVersion && since <= published,
    );
    if (own === undefined) throw new Error(`nobody knows the policy ${record.policyVersion}`);
    const facts = arrivals.get(record.incidentId) ?? [];
    const means = (readableBy: number): boolean => {
      const known: Fact[] = facts.flatMap(({ fact, readable }) =>
        readable <= readableBy ? [fact] : [],
      );
      return assess(known, own.policy, record.at).alerts.some(
        (alert) => alertIdOf(alert) === record.alertId,
      );
    };
    const instants = [record.at, ...facts.map(({ readable }) => readable)]
      .filter((instant) => instant >= record.at && instant <= published)
      .sort((a, b) => b - a);
    let known = published;
    for (const instant of instants) {
      if (!means(instant)) break;
      known = instant;
    }
    return Math.max(known, own.since);
  };
}
