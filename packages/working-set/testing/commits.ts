import { type IncidentId, inputTopics } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import type { Commit, Shard, WorkingSet } from '../src/port.ts';

const ids = ['A', 'B', 'É|💡', '{A}'].map((id) => id as IncidentId);
const instants = fc.integer({ min: -1, max: 9 }).map((ms) => ms as Instant);
const topics = fc.constantFrom(...inputTopics);
const offsets = fc.constantFrom(0n, 1n, 9_007_199_254_740_992n, 9_007_199_254_740_993n);
/** One expectation in ten is wrong: most commits are to be stored, or nothing would be compared. */
const wrong = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);

const intents = fc.record(
  {
    advance: fc.record({ topic: topics, to: offsets, wrong }),
    expectMode: wrong,
    expectNotes: wrong,
    mode: fc.constantFrom('live' as const, 'rebuilding' as const),
    incidents: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...ids),
        record: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
        due: fc.option(instants, { nil: undefined }),
        wrong,
      }),
      { selector: ({ id }) => id, maxLength: 4 },
    ),
    slots: fc.array(
      fc.record({
        key: fc.constantFrom('s', 't', '__proto__'),
        delta: fc.integer({ min: -2, max: 2 }),
      }),
    ),
    dropSlots: fc.subarray(['s', 't']),
    outbox: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }),
    trimOutbox: fc.record({ count: fc.integer({ min: 1, max: 5 }), wrong }),
    watermark: fc.record({ topic: topics, instant: instants }),
    reached: fc.record({ topic: topics, offset: offsets, instant: instants, wrong }),
    heard: fc.array(fc.record({ key: fc.constantFrom('h', 'i|urn:x'), instant: instants })),
    rebuildTo: fc.array(fc.tuple(topics, offsets), { maxLength: 2 }).map((all) => new Map(all)),
    ledgerOffset: fc.record({ to: offsets, wrong }),
    notes: fc
      .array(fc.tuple(fc.constantFrom('n', 'o', 'constructor'), fc.string({ unit: 'grapheme' })), {
        maxLength: 2,
      })
      .map((all) => new Map(all)),
  },
  { requiredKeys: [] },
);

/** What somebody wants to commit; what it expects is filled in from the shard, or wrong on purpose. */
export type Intent = typeof intents extends fc.Arbitrary<infer T> ? T : never;
export const intentSequences = fc.array(intents, { minLength: 1, maxLength: 15 });

/** The commit that carries out an intent on the shard as it is. */
export async function commitFor(ws: WorkingSet, shard: Shard, intent: Intent): Promise<Commit> {
  const {
    advance,
    ledgerOffset,
    expectMode,
    expectNotes,
    incidents,
    trimOutbox,
    reached,
    ...rest
  } = intent;
  const state = await ws.shard(shard);
  const stored = await ws.incidents(shard, ids);
  const [first] = await ws.outbox(shard, 1);
  const from = (first?.sequence ?? 1) + (trimOutbox?.wrong ? 1 : 0);
  const offset = advance && state.offsets.get(advance.topic);
  const read = reached && (reached.wrong ? reached.offset : state.offsets.get(reached.topic));
  return {
    ...rest,
    ...(advance && {
      advance: {
        topic: advance.topic,
        from: advance.wrong ? (offset ?? 0n) + 1n : offset,
        to: advance.to,
      },
    }),
    ...(reached &&
      read !== undefined && {
        reached: [{ topic: reached.topic, offset: read, instant: reached.instant }],
      }),
    ...(ledgerOffset && {
      ledgerOffset: {
        from: ledgerOffset.wrong ? (state.ledgerOffset ?? 0n) + 1n : state.ledgerOffset,
        to: ledgerOffset.to,
      },
    }),
    ...(expectMode !== undefined && {
      expectMode: expectMode ? 'rebuilding' : (state.mode ?? 'unprepared'),
    }),
    ...(expectNotes !== undefined && {
      expectNotes: new Map([...state.notes, ...(expectNotes ? [['n', 'never'] as const] : [])]),
    }),
    ...(incidents && {
      incidents: incidents.map(({ id, record, due, wrong: isWrong }) => ({
        id,
        expected: (stored.get(id)?.version ?? 0) + (isWrong ? 1 : 0),
        record,
        due,
      })),
    }),
    // Nothing is trimmed of an empty outbox, except on purpose.
    ...(trimOutbox &&
      (first !== undefined || trimOutbox.wrong) && {
        trimOutbox: { from, through: from + trimOutbox.count - 1 },
      }),
  };
}
