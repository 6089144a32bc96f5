import { inputTopics } from '@vigil/domain/facts/fact';
import type { Policy } from '@vigil/domain/policy/policy';
import type { AlarmRates } from '@vigil/domain/queue/alarm-figures';
import type { Instant } from '@vigil/domain/time/instant';
import { windowFigures } from '@vigil/domain/windows/slots';
import type { ShardState } from '@vigil/working-set/port';
import type { AlarmFigures, Attainment, Feeds, QueueRow } from '../api/model.ts';

/** Attainment over the rolling windows, by force and area; over child it is rolled up. */
export function attainmentOf(
  slots: ReadonlyMap<string, number>,
  { objectives }: Policy,
  now: Instant,
): Attainment {
  const rows = windowFigures(slots, now).filter(({ child }) => child === undefined);
  const groups = Map.groupBy(rows, ({ objective, forceId, areaId }) =>
    // Incidents without an area are an area of their own, not all of them.
    JSON.stringify([objective, forceId, areaId ?? null]),
  );
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const [first] = own;
      const objective = objectives.find(({ name }) => name === first?.objective);
      if (first === undefined || objective === undefined) return [];
      const windows = objective.windows.map((lengthMs) => {
        // A window in which nothing was settled has no row.
        const row = own.find(({ length }) => length === lengthMs);
        return {
          lengthMs,
          ...{ within: row?.within ?? 0, missed: row?.missed ?? 0, samples: row?.attended ?? 0 },
          attainment: row?.attainment ?? null,
          medianMs: row?.medianMs === undefined ? null : Math.round(row.medianMs),
          p90Ms: row?.p90Ms === undefined ? null : Math.round(row.p90Ms),
        };
      });
      return [
        {
          ...{ objective: first.objective, target: objective.target, forceId: first.forceId },
          ...(first.areaId === undefined ? {} : { areaId: first.areaId }),
          windows: windows.sort((a, b) => a.lengthMs - b.lengthMs),
        },
      ];
    });
}

/** When each source was last heard, and how far the reading of each topic is behind. */
export function feedsOf(
  shards: readonly ShardState[],
  lag: ReadonlyMap<string, number>,
  { feeds }: Policy,
  now: Instant,
): Feeds {
  return {
    sources: feeds.map(({ source, silentAfter }) => {
      // It must be heard on every topic: the one on which it was heard least lately counts.
      const heard = inputTopics.map((topic) =>
        Math.max(...shards.map((shard) => shard.heard.get(`${topic}|${source}`) ?? -Infinity)),
      );
      const last = Math.min(...heard);
      const heardAt = Number.isFinite(last) ? last : null;
      const silent = heardAt !== null && now - heardAt > silentAfter;
      return { source, heardAt, silentAfterMs: silentAfter, silent };
    }),
    topics: inputTopics.map((topic) => {
      const marks = shards.map((shard) => shard.watermarks.get(topic));
      const behind = marks.flatMap((mark) => (mark === undefined ? [] : [Math.max(0, now - mark)]));
      return {
        topic,
        lagRecords: lag.get(topic) ?? null,
        lagMs: behind.length < shards.length || behind.length === 0 ? null : Math.max(...behind),
      };
    }),
  };
}

/** The alarm system as a whole: its rates, and what stands in the queue. */
export function alarmFiguresOf(
  rates: AlarmRates,
  rows: Iterable<QueueRow>,
  operators: number,
): AlarmFigures {
  let [stale, unacknowledged, shelved] = [0, 0, 0];
  for (const { alarm, longStanding } of rows) {
    if (longStanding) stale += 1;
    if (alarm === 'unacknowledged' || alarm === 'returned-unacknowledged') unacknowledged += 1;
    if (alarm === 'shelved') shelved += 1;
  }
  const { perTenMinutes, severities, ...rest } = rates;
  return {
    ...rest,
    ...{ operators, stale, unacknowledged, shelved },
    perTenMinutes: [...perTenMinutes],
    severities: { ...severities },
  };
}
