import { assess } from '@vigil/domain/assessment/assess';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { blocksOf } from '@vigil/event-log/files/lines';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  factSets,
  instants,
  policies,
} from '../../../../packages/domain/testing/facts-arbitrary.ts';
import {
  alertLine,
  compareAlertLines,
  compareAlerts,
  compareOutcomeLines,
  compareOutcomes,
  outcomeLine,
} from '../ledger-lines.ts';
import { decideHistory, type HistorySource } from './history.ts';
import { mergeRuns } from './run.ts';
import { Spool } from './spool.ts';

const histories = fc.array(factSets, { maxLength: 6 }).chain((sets) => {
  const facts = sets.flatMap((set, index) =>
    set.map((fact): Fact => ({ ...fact, incidentId: `INC-"${index}é` as IncidentId })),
  );
  return fc.shuffledSubarray(facts, { minLength: facts.length });
});

/** Bytes as a file system might hand them over: cut anywhere. */
function sourceOf(lines: readonly string[], pieceBytes: number): HistorySource {
  const bytes = Buffer.from(lines.join('\n'));
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield { bytes: bytes.subarray(at, at + pieceBytes), position: at };
    }
  }
  return {
    expectedBytes: bytes.length,
    async *blocks() {
      for await (const block of blocksOf(pieces())) yield { file: 'facts', lines: block.bytes };
    },
  };
}

describe('a history', () => {
  it('is decided as each of its incidents is by itself, however it is cut and put away', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        policies,
        fc.option(instants, { nil: undefined }),
        fc.integer({ min: 40, max: 5_000 }),
        fc.constantFrom(0, 3_000, 1_000_000),
        async (facts, policy, until, pieceBytes, held) => {
          await using spool = new Spool(held);
          const lines = facts.map((fact) => JSON.stringify(formatCloudEvent(fact)));
          const request = {
            policy,
            spool,
            as: 'recorded' as const,
            ...(until === undefined ? {} : { until }),
          };
          const history = await decideHistory(sourceOf(lines, pieceBytes), request);

          const end = until ?? facts.reduce((last, { at }) => Math.max(last, at), 0);
          const assessed = [...Map.groupBy(facts, ({ incidentId }) => incidentId).values()].map(
            (own) => assess(own, policy, end as Instant),
          );
          const alerts = assessed.flatMap((one) => one.alerts).sort(compareAlerts);
          const outcomes = assessed
            .flatMap((one) => [...one.settlements, ...one.samples])
            .sort(compareOutcomes);
          expect([...mergeRuns(history.alerts, compareAlertLines)]).toEqual(alerts.map(alertLine));
          expect([...mergeRuns(history.outcomes, compareOutcomeLines)]).toEqual(
            outcomes.map(outcomeLine),
          );
          expect(history).toMatchObject({
            facts: facts.length,
            rejected: 0,
            until: facts.length === 0 ? until : end,
            incidents: assessed.filter(({ state }) => state !== undefined).length,
            duplicates: assessed.reduce((sum, { duplicates }) => sum + duplicates, 0),
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is decided by threads as without them', { timeout: 30_000 }, async () => {
    const [facts, policy] =
      fc.sample(fc.tuple(histories, policies), { numRuns: 1, seed: 7 })[0] ?? [];
    if (facts === undefined || policy === undefined) throw new Error('nothing was drawn');
    const lines = facts.map((fact) => JSON.stringify(formatCloudEvent(fact)));
    const linesBy = async (expectedBytes: number) => {
      await using spool = new Spool();
      const source = { ...sourceOf(lines, 700), expectedBytes };
      const {
        alerts,
        outcomes,
        facts: count,
      } = await decideHistory(source, { policy, spool, as: 'recorded' as const });
      return {
        count,
        alerts: [...mergeRuns(alerts, compareAlertLines)],
        outcomes: [...mergeRuns(outcomes, compareOutcomeLines)],
      };
    };
    expect(await linesBy(50_000_000)).toEqual(await linesBy(1_000));
  });

  it('names the line of what is no fact, wherever it was routed', async () => {
    await using spool = new Spool();
    const [policy] = fc.sample(policies, { numRuns: 1, seed: 1 });
    if (policy === undefined) throw new Error('nothing was drawn');
    const lines = ['{', '', '{"subject":"INC-1"}', '[]', '{"subject":"INC-2","subject":"INC-3"}'];
    const history = await decideHistory(sourceOf(lines, 9), {
      policy,
      spool,
      as: 'recorded' as const,
    });
    const places = [...mergeRuns(history.rejects, () => 0)].map((line) => JSON.parse(line).line);
    expect(places).toEqual([1, 3, 4, 5]);
  });
});
