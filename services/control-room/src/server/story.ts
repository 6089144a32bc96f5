import { assess } from '@vigil/domain/assessment/assess';
import { explain } from '@vigil/domain/assessment/explain';
import { timelineOf } from '@vigil/domain/assessment/timeline';
import { distinctFacts } from '@vigil/domain/facts/distinct';
import type { Action } from '@vigil/domain/ledger/action';
import { alertIdOf } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { standingsOf } from '@vigil/domain/queue/standing';
import { describeDuration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import type { Story } from '../api/model.ts';
import type { Held } from '../picture/picture.ts';

/** One incident's story as the page shows it: sentences of `explain`, clocks and alerts of `assess`. */
export function storyOf(
  { id, shard, record, state, rows }: Held,
  actions: readonly Action[],
  policy: Policy,
  now: Instant,
): Story {
  const facts = record.facts.map(({ fact }) => fact);
  const happened = timelineOf(distinctFacts(facts).facts, now, policy.childTypes);
  const lines = explain(facts, policy, now).lines.filter(({ kind }) => kind === 'fact');
  const positions = new Map(record.facts.map((one) => [`${one.fact.source}\n${one.fact.id}`, one]));
  const standing = new Set(record.said.filter((one) => one.standing).map(({ alertId }) => alertId));
  return {
    incidentId: id,
    forceId: state.forceId,
    policyVersion: policy.policyVersion,
    now,
    facts: happened.map(({ at, fact }, index) => {
      const line = lines[index];
      const stands = positions.get(`${fact.source}\n${fact.id}`);
      return {
        ...{ at, type: fact.type, id: fact.id, source: fact.source },
        text: [line?.sentence ?? '', ...(line?.details ?? [])].join(' ').trim(),
        ...(stands === undefined
          ? {}
          : {
              position: {
                topic: stands.topic,
                // All facts of an incident stand in its own partition.
                partition: shard.partition,
                offset: String(stands.offset),
              },
            }),
      };
    }),
    clocks: (standingsOf(facts, policy, now)?.standings ?? []).flatMap((one) => {
      const { target, watched, reached, begin, due } = one;
      if (!watched && !reached) return [];
      const left = due === undefined ? undefined : due - now;
      const text = reached
        ? `${target.milestone}.`
        : left === undefined
          ? 'The clock has not begun.'
          : left > 0
            ? `${describeDuration(left)} left to be ${target.milestone}.`
            : `Should have been ${target.milestone} ${describeDuration(-left)} ago.`;
      return [
        {
          ...{ target: target.name, milestone: target.milestone, text },
          ...(begin === undefined ? {} : { beginAt: begin }),
          ...(due === undefined ? {} : { dueAt: due }),
        },
      ];
    }),
    alerts: assess(facts, policy, now).alerts.map((alert) => {
      const alertId = alertIdOf(alert);
      const { target, phase, at, severity, reason } = alert;
      const why = reason === undefined ? '' : `: ${reason}`;
      const text = `${phase} of ${target}${why}.`;
      return { alertId, target, phase, at, severity, standing: standing.has(alertId), text };
    }),
    actions: actions.map((action) => {
      const { kind, by } = action;
      return action.kind === 'alert-acknowledged'
        ? { at: action.at, kind, by, text: action.note ?? 'Acknowledged.' }
        : { at: action.from, kind, by, text: `Silenced: ${action.reason}` };
    }),
    rows: [...rows],
  };
}
