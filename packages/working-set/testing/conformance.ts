import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commit, InvalidCommit, type Shard, type WorkingSet } from '../src/port.ts';
import { everything } from './everything.ts';

const id = (text: string): IncidentId => text as IncidentId;
const at = (ms: number): Instant => ms as Instant;
let lastShard = 0;

/** What every working set promises; run over each adapter. */
export function describeWorkingSet(
  name: string,
  open: () => Promise<{ readonly workingSet: WorkingSet; readonly deployment: string }>,
): void {
  describe(`the working set, ${name},`, () => {
    let ws: WorkingSet;
    let deployment: string;
    beforeAll(async () => {
      ({ workingSet: ws, deployment } = await open());
    });
    afterAll(() => ws.close());
    /** A shard that nothing was ever committed to. */
    const fresh = (): Shard => ({ deployment, partition: ++lastShard });
    const full: Commit = {
      advance: { topic: 'incident-created', from: undefined, to: 5n },
      incidents: [{ id: id('INC-1'), expected: 0, record: 'one', due: at(100) }],
      slots: [{ key: 'a', delta: 2 }],
      outbox: ['first', 'second'],
      watermark: { topic: 'incident-created', instant: at(50) },
      heard: [{ key: 'incident-created|urn:x', instant: at(40) }],
      mode: 'live',
      rebuildTo: new Map([['officer-attended', 9n]]),
      ledgerOffset: { from: undefined, to: 3n },
      notes: new Map([['policyVersion', 'abc']]),
    };

    it('knows nothing of a shard before its first commit', async () => {
      const { shard, ...rest } = await everything(ws, fresh());
      expect(shard.mode).toBeUndefined();
      expect(shard.ledgerOffset).toBeUndefined();
      expect(shard.offsets.size + shard.watermarks.size + shard.notes.size).toBe(0);
      expect(rest).toMatchObject({
        due: [],
        outbox: [],
        sizes: { incidents: 0, due: 0, outbox: 0 },
      });
    });

    it('gives back everything that was committed', async () => {
      const shard = fresh();
      expect(await ws.commit(shard, full)).toEqual({ outcome: 'committed' });
      const stored = await everything(ws, shard);
      expect(stored.shard).toEqual({
        mode: 'live',
        offsets: new Map([['incident-created', 5n]]),
        watermarks: new Map([['incident-created', 50]]),
        rebuildTo: new Map([['officer-attended', 9n]]),
        ledgerOffset: 3n,
        heard: new Map([['incident-created|urn:x', 40]]),
        notes: new Map([['policyVersion', 'abc']]),
      });
      expect(stored.incidents).toEqual([{ id: 'INC-1', version: 1, record: 'one' }]);
      expect(stored.due).toEqual([{ id: 'INC-1', due: 100 }]);
      expect(stored.outbox.map(({ entry }) => entry)).toEqual(['first', 'second']);
      expect(stored.slots).toEqual(new Map([['a', 2]]));
      expect(await ws.incidents(shard, [id('INC-1'), id('INC-2')])).toEqual(
        new Map([['INC-1', { version: 1, record: 'one' }]]),
      );
    });

    it('stores nothing of a commit that it refuses', async () => {
      const shard = fresh();
      await ws.commit(shard, full);
      const before = await everything(ws, shard);
      const [first] = before.outbox;
      const change = {
        ...full,
        advance: { topic: 'incident-created', from: 5n, to: 6n },
        incidents: [
          { id: id('INC-1'), expected: 1, record: 'two', due: at(1) },
          { id: id('INC-2'), expected: 0, record: 'new', due: at(1) },
        ],
        trimOutbox: { from: first?.sequence ?? 0, through: first?.sequence ?? 0 },
        dropSlots: ['a'],
        outbox: ['third'],
        watermark: { topic: 'incident-created', instant: at(51) },
        heard: [{ key: 'incident-created|urn:x', instant: at(41) }],
        mode: 'rebuilding',
        rebuildTo: new Map([['officer-attended', 10n]]),
        ledgerOffset: { from: 3n, to: 4n },
        notes: new Map([['policyVersion', 'abd']]),
      } as const satisfies Commit;
      const refusals: readonly (readonly [object, Commit])[] = [
        [
          { outcome: 'stale-offset', stored: 5n },
          { ...change, advance: { topic: 'incident-created', from: 4n, to: 6n } },
        ],
        [
          { outcome: 'stale-offset', stored: undefined },
          { ...change, advance: { topic: 'officer-attended', from: 1n, to: 6n } },
        ],
        [
          { outcome: 'stale-offset', stored: 5n },
          { ...change, reached: [{ topic: 'incident-created', offset: 10n, instant: at(60) }] },
        ],
        [
          { outcome: 'stale-offset', stored: undefined },
          { ...change, reached: [{ topic: 'officer-attended', offset: 0n, instant: at(60) }] },
        ],
        [
          { outcome: 'stale-ledger', stored: 3n },
          { ...change, ledgerOffset: { from: undefined, to: 4n } },
        ],
        [
          { outcome: 'stale-ledger', stored: 3n },
          { ...change, ledgerOffset: { from: 2n, to: 4n } },
        ],
        [
          { outcome: 'stale-mode', stored: 'live' },
          { ...change, expectMode: 'rebuilding' },
        ],
        [
          { outcome: 'stale-mode', stored: 'live' },
          { ...change, expectMode: 'unprepared' },
        ],
        [
          { outcome: 'stale-notes', names: ['policyVersion', 'unknown'] },
          {
            ...change,
            expectNotes: new Map([
              ['policyVersion', 'abd'],
              ['unknown', ''],
            ]),
          },
        ],
        [
          { outcome: 'stale-outbox', first: first?.sequence },
          { ...change, trimOutbox: { from: 77, through: 78 } },
        ],
        [
          { outcome: 'stale-incidents', ids: ['INC-1', 'INC-3'] },
          {
            ...change,
            incidents: [
              { id: id('INC-1'), expected: 2, record: 'x', due: undefined },
              { id: id('INC-2'), expected: 0, record: 'x', due: undefined },
              { id: id('INC-3'), expected: 1, record: 'x', due: undefined },
            ],
          },
        ],
      ];
      for (const [refusal, commit] of refusals) {
        expect(await ws.commit(shard, commit)).toEqual(refusal);
        expect(await everything(ws, shard)).toEqual(before);
      }
      const expected = { ...change, expectNotes: new Map([['policyVersion', 'abc']]) };
      expect(await ws.commit(shard, expected)).toEqual({ outcome: 'committed' });
    });

    it('lets exactly one of many that move the same offset through, and one of many that change an incident', async () => {
      const shard = fresh();
      const advance = { topic: 'incident-created', from: undefined, to: 1n } as const;
      const moved = await Promise.all(
        Array.from({ length: 8 }, () => ws.commit(shard, { advance })),
      );
      expect(moved.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
      const change = { id: id('INC-1'), expected: 0, record: 'x', due: undefined };
      const changed = await Promise.all(
        Array.from({ length: 8 }, () => ws.commit(shard, { incidents: [change] })),
      );
      expect(changed.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
    });

    it('keeps offsets apart that a floating-point number would confuse', async () => {
      const shard = fresh();
      const big = 9_007_199_254_740_993n;
      await ws.commit(shard, { advance: { topic: 'incident-created', from: undefined, to: big } });
      const near = { topic: 'incident-created', from: big - 1n, to: big } as const;
      expect(await ws.commit(shard, { advance: near })).toMatchObject({ stored: big });
    });

    it('counts versions up from 1, and from 1 again when an incident was removed', async () => {
      const shard = fresh();
      const change = { id: id('INC-1'), expected: 0, record: '', due: undefined };
      await ws.commit(shard, { incidents: [change] });
      await ws.commit(shard, { incidents: [{ ...change, expected: 1, record: 'b' }] });
      expect(await ws.incidents(shard, [change.id])).toEqual(
        new Map([['INC-1', { version: 2, record: 'b' }]]),
      );
      await ws.commit(shard, { incidents: [{ ...change, expected: 2, record: undefined }] });
      expect((await everything(ws, shard)).sizes.incidents).toBe(0);
      await ws.commit(shard, { incidents: [change] });
      expect(await ws.incidents(shard, [change.id])).toEqual(
        new Map([['INC-1', { version: 1, record: '' }]]),
      );
    });

    it('remembers up to where a rebuild reads, topic by topic', async () => {
      const shard = fresh();
      await ws.commit(shard, { rebuildTo: new Map([['incident-created', 1n]]) });
      await ws.commit(shard, {
        rebuildTo: new Map([
          ['incident-created', 2n],
          ['officer-attended', 9_007_199_254_740_993n],
        ]),
      });
      expect((await ws.shard(shard)).rebuildTo).toEqual(
        new Map([
          ['incident-created', 2n],
          ['officer-attended', 9_007_199_254_740_993n],
        ]),
      );
    });

    it('trims no more than there is, and what the same commit appends stays', async () => {
      const shard = fresh();
      await ws.commit(shard, { outbox: ['a', 'b'] });
      await ws.commit(shard, { trimOutbox: { from: 1, through: 9 }, outbox: ['c'] });
      expect(await ws.outbox(shard, 10)).toEqual([{ sequence: 3, entry: 'c' }]);
    });

    it('throws at a commit that breaks the rules of the port, having stored nothing', async () => {
      const shard = fresh();
      await ws.commit(shard, full);
      const before = await everything(ws, shard);
      const incident = { id: id('INC-9'), expected: 0, record: 'x', due: undefined };
      const broken: readonly Commit[] = [
        { slots: [{ key: 'a', delta: 0.5 }] },
        { incidents: [{ ...incident, due: at(Number.NaN) }] },
        { incidents: [{ ...incident, expected: -1 }] },
        { incidents: [incident, incident] },
        { watermark: { topic: 'incident-created', instant: at(Number.POSITIVE_INFINITY) } },
        { reached: [{ topic: 'incident-created', offset: 1n, instant: at(0.5) }] },
        { trimOutbox: { from: 1, through: 0 } },
        { dropSlots: Array.from({ length: 200_001 }, () => 'a') },
      ];
      for (const commit of broken) {
        const mixed = { ...commit, notes: new Map([['seen', 'yes']]) };
        await expect(ws.commit(shard, mixed)).rejects.toBeInstanceOf(InvalidCommit);
      }
      expect(await everything(ws, shard)).toEqual(before);
    });

    it('never lets a watermark, or when a source was heard, go back', async () => {
      const shard = fresh();
      for (const ms of [5, 1_772_442_000_001, 1_772_442_000_000, 9]) {
        await ws.commit(shard, {
          watermark: { topic: 'officer-attended', instant: at(ms) },
          heard: [
            { key: 'k', instant: at(ms) },
            { key: 'k', instant: at(1) },
          ],
        });
      }
      const { watermarks, heard } = await ws.shard(shard);
      expect(watermarks.get('officer-attended')).toBe(1_772_442_000_001);
      expect(heard.get('k')).toBe(1_772_442_000_001);
    });

    it('raises the watermark of each topic that was read as far as is said', async () => {
      const shard = fresh();
      for (const topic of ['incident-created', 'officer-attended'] as const) {
        await ws.commit(shard, {
          advance: { topic, from: undefined, to: 10n },
          watermark: { topic, instant: at(50) },
        });
      }
      const reached = [
        { topic: 'incident-created', offset: 9n, instant: at(60) },
        { topic: 'officer-attended', offset: 10n, instant: at(40) },
      ] as const;
      expect(await ws.commit(shard, { reached })).toEqual({ outcome: 'committed' });
      expect((await ws.shard(shard)).watermarks).toEqual(
        new Map([
          ['incident-created', 60],
          ['officer-attended', 50],
        ]),
      );
    });

    it('gives what is due earliest first, no more than asked, and only while it is due', async () => {
      const shard = fresh();
      const dues = [30, 10, 20, 10, 40];
      const incidents = dues.map((ms, i) => ({
        id: id(`INC-${i}`),
        expected: 0,
        record: 'x',
        due: at(ms),
      }));
      await ws.commit(shard, { incidents });
      const ids = async (upTo: number, limit: number) =>
        (await ws.due(shard, at(upTo), limit)).map((one) => one.id);
      expect(await ids(30, 10)).toEqual(['INC-1', 'INC-3', 'INC-2', 'INC-0']);
      expect(await ids(30, 2)).toEqual(['INC-1', 'INC-3']);
      await ws.commit(shard, {
        incidents: [
          { id: id('INC-1'), expected: 1, record: 'x', due: at(35) },
          { id: id('INC-3'), expected: 1, record: 'x', due: undefined },
          { id: id('INC-2'), expected: 1, record: undefined, due: undefined },
        ],
      });
      expect(await ids(40, 10)).toEqual(['INC-0', 'INC-1', 'INC-4']);
      expect((await ws.incidents(shard, [id('INC-2')])).size).toBe(0);
      expect(await ws.sizes(shard)).toEqual({ incidents: 4, due: 3, outbox: 0 });
    });

    it('keeps the outbox in order and uses no sequence number twice, even once it was empty', async () => {
      const shard = fresh();
      const used = new Set<number>();
      for (let round = 0; round < 3; round++) {
        await ws.commit(shard, { outbox: ['a', 'b'] });
        await ws.commit(shard, { outbox: ['c'] });
        const entries = await ws.outbox(shard, 10);
        expect(entries.map(({ entry }) => entry)).toEqual(['a', 'b', 'c']);
        const [first, second, last] = entries.map(({ sequence }) => sequence);
        for (const sequence of [first, second, last]) {
          expect(used.has(sequence ?? -1)).toBe(false);
          used.add(sequence ?? -1);
        }
        await ws.commit(shard, { trimOutbox: { from: first ?? 0, through: second ?? 0 } });
        expect((await ws.outbox(shard, 10)).map(({ sequence }) => sequence)).toEqual([last]);
        await ws.commit(shard, { trimOutbox: { from: last ?? 0, through: last ?? 0 } });
        expect(await ws.outbox(shard, 10)).toEqual([]);
        const again = { trimOutbox: { from: last ?? 0, through: last ?? 0 } };
        expect(await ws.commit(shard, again)).toEqual({
          outcome: 'stale-outbox',
          first: undefined,
        });
      }
    });

    it('adds slots up, forgets one that comes to nothing, and drops those whose time is over', async () => {
      const shard = fresh();
      const slots = (...changes: readonly (readonly [string, number])[]) =>
        ws.commit(shard, { slots: changes.map(([key, delta]) => ({ key, delta })) });
      await slots(['a', 2], ['b', 1], ['c\u001fd', -1]);
      await slots(['a', -2], ['b', 3]);
      expect(await ws.slots(shard)).toEqual(
        new Map([
          ['b', 4],
          ['c\u001fd', -1],
        ]),
      );
      await ws.commit(shard, { dropSlots: ['b', 'never-there'] });
      expect(await ws.slots(shard)).toEqual(new Map([['c\u001fd', -1]]));
    });

    it('takes thousands of incidents at once, of any name, and shows each once in a scan', async () => {
      const shard = fresh();
      const names = Array.from({ length: 5_000 }, (_, i) => id(`Fall|${i}:{é}💡`));
      const record = JSON.stringify({ f: [], text: 'a|b'.repeat(100) });
      const incidents = names.map((name) => ({ id: name, expected: 0, record, due: at(1) }));
      expect(await ws.commit(shard, { incidents })).toEqual({ outcome: 'committed' });
      const read = await ws.incidents(shard, names);
      expect(read.size).toBe(5_000);
      expect(read.get(id('Fall|4999:{é}💡'))).toEqual({ version: 1, record });
      const seen: string[] = [];
      for await (const rows of ws.scan(shard, 500)) seen.push(...rows.map((row) => row.id));
      expect(seen.sort()).toEqual([...names].sort());
    });

    it('keeps shards and deployments apart', async () => {
      const shard = fresh();
      await ws.commit(shard, full);
      const other = { deployment: `${deployment}-x`, partition: shard.partition };
      expect((await everything(ws, fresh())).sizes.incidents).toBe(0);
      expect((await everything(ws, other)).sizes.incidents).toBe(0);
    });

    it('takes an empty commit, and one that only looks at the mode', async () => {
      const shard = fresh();
      expect(await ws.commit(shard, {})).toEqual({ outcome: 'committed' });
      expect(await ws.commit(shard, { expectMode: 'unprepared' })).toEqual({
        outcome: 'committed',
      });
      await ws.commit(shard, { expectMode: 'unprepared', mode: 'rebuilding' });
      expect(await ws.commit(shard, { expectMode: 'rebuilding' })).toEqual({
        outcome: 'committed',
      });
    });
  });
}
