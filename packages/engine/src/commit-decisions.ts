import type { Commit, CommitResult, Shard } from '@vigil/working-set/port';
import type { Decision, OutboxMessage } from './decide.ts';
import { outboxEntry } from './outbox.ts';
import type { Engine } from './ports.ts';
import { type About, during, type Step, type Trace } from './tracing.ts';

/**
 * Commits decisions with what is to be published of them, which carries on the traces of what they were
 * decided on.
 *
 * @param arrived - the traces of the facts that are committed.
 */
export function commitDecisions(
  { workingSet, tracing }: Engine,
  shard: Shard,
  decisions: readonly Decision[],
  commit: Omit<Commit, 'outbox' | 'slots'>,
  arrived: readonly Trace[] = [],
): Promise<CommitResult> {
  const steps: Step[] = [];
  const from = [...arrived];
  const outbox = decisions.flatMap(({ outbox: messages, record: { traces } }) => {
    const [latest, first] = [traces.at(-1), messages[0]];
    if (first === undefined) return [];
    if (latest === undefined) return [outboxEntry(messages)];
    const step = tracing?.decided(about(first), traces);
    if (step !== undefined) steps.push(step);
    // Whoever traces nothing carries on what it was given.
    const trace = step?.trace ?? latest;
    from.push(trace);
    return [outboxEntry(messages.map((message) => ({ ...message, trace })))];
  });
  const step = from.length === 0 ? undefined : tracing?.committing(shard.partition, from);
  if (step !== undefined) steps.push(step);
  return during(
    steps,
    () =>
      workingSet.commit(shard, {
        ...commit,
        outbox,
        slots: decisions.flatMap(({ slots }) => slots),
      }),
    ({ outcome }) => (outcome === 'committed' ? undefined : outcome),
  );
}

/** What a message is about, for its trace. */
export function about(message: OutboxMessage): About {
  if (message.to === 'open-breaches') return { incidentId: message.incidentId };
  const { record } = message;
  const { alertId } = record;
  return 'incidentId' in record ? { incidentId: record.incidentId, alertId } : { alertId };
}
