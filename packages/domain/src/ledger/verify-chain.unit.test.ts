import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findingsOf,
  ledger,
  partition,
  recordAfter,
  signedHead,
  tellingOf,
  verdictOf,
} from '../../testing/chains.ts';
import { runs } from '../../testing/runs.ts';
import { type ChainHash, type ChainHead, origin } from './chain.ts';
import type { ChainRecord } from './chain-stretches.ts';

/** A ledger and the index of one of its records that is neither the first nor the last. */
const withPlace = fc
  .integer({ min: 5, max: 40 })
  .chain((count) => fc.tuple(fc.constant(ledger(count)), fc.integer({ min: 1, max: count - 2 })));

const name = (index: number): string => `alert-${index}`;

describe('the chain of a ledger', () => {
  it('is whole when nobody touched it', () => {
    for (const count of [1, 2, 3, 1_000]) {
      const records = ledger(count);
      const last = records.at(-1);
      expect(verdictOf(records)).toEqual({
        partition,
        unlinkedBefore: 0,
        records: count,
        begins: { offset: '0', alertId: 'alert-0', sequence: 1 },
        head: { sequence: count, hash: last?.link?.hash, offset: last?.offset },
        findings: [],
      });
    }
  });

  it('shows where any one record was removed', () => {
    fc.assert(
      fc.property(withPlace, ([records, at]) => {
        expect(tellingOf(records.toSpliced(at, 1))).toEqual([
          `removed after ${name(at - 1)} before ${name(at + 1)}`,
        ]);
      }),
    );
  });

  it('shows that its beginning was removed', () => {
    expect(tellingOf(ledger(9).slice(4))).toEqual(['removed 4 after undefined before alert-4']);
  });

  it('shows which record was altered, in what it says, its key, its partition or its link', () => {
    const other = 'f'.repeat(64) as ChainHash;
    const alterations: ((record: ChainRecord) => ChainRecord)[] = [
      (one) => ({ ...one, record: { ...(one.record as object), phase: 'cleared' } }),
      (one) => ({ ...one, record: { ...(one.record as object), odd: '\ud800' } }),
      (one) => ({ ...one, key: 'INC-other' }),
      ...[{ hash: other }, { previous: other }, { sequence: 77_777 }].map(
        (change) => (one: ChainRecord) =>
          one.link === undefined ? one : { ...one, link: { ...one.link, ...change } },
      ),
      (one) => ({ ...one, link: undefined }),
    ];
    fc.assert(
      fc.property(withPlace, fc.constantFrom(...alterations), ([records, at], alter) => {
        const altered = records.map((one, index) => (index === at ? alter(one) : one));
        expect(tellingOf(altered)).toEqual([`altered ${name(at)}`]);
      }),
      { numRuns: runs(300) },
    );
  });

  it('shows which record was altered and given a right hash of its own', () => {
    fc.assert(
      fc.property(withPlace, fc.boolean(), ([records, at], keepsPrevious) => {
        const before = records[at - 1]?.link ?? origin;
        const elsewhere = { ...before, hash: 'e'.repeat(64) as ChainHash };
        const forged = recordAfter(keepsPrevious ? before : elsewhere, 'forged');
        expect(tellingOf(records.toSpliced(at, 1, forged))).toEqual(['altered forged']);
      }),
    );
  });

  it('shows which record was inserted, whatever link it carries', () => {
    const links: ((before: ChainRecord, after: ChainRecord) => ChainRecord['link'])[] = [
      () => undefined,
      (before) => before.link,
      (_, after) => after.link,
      () => ({ ...recordAfter(origin, 'x').link, previous: origin.hash }),
    ];
    fc.assert(
      fc.property(withPlace, fc.constantFrom(...links), ([records, at], link) => {
        const [before, after] = [records[at - 1], records[at]];
        if (before === undefined || after === undefined) throw new Error('is within');
        const invented = { ...recordAfter(origin, 'invented'), link: link(before, after) };
        expect(tellingOf(records.toSpliced(at, 0, invented))).toEqual(['inserted invented']);
      }),
      { numRuns: runs(300) },
    );
  });

  it('shows which record was inserted with a right hash, as if it were the next', () => {
    fc.assert(
      fc.property(withPlace, fc.integer({ min: 1, max: 4 }), ([records, at], count) => {
        fc.pre(at + count < records.length);
        const forged: ChainRecord[] = [];
        let head: ChainHead = records[at - 1]?.link ?? origin;
        for (let i = 0; i < count; i++) {
          const one = recordAfter(head, `forged-${i}`);
          forged.push(one);
          head = one.link;
        }
        const many = count === 1 ? '' : ` ${count}`;
        expect(tellingOf(records.toSpliced(at, 0, ...forged))).toEqual([
          `inserted${many} forged-0`,
        ]);
      }),
    );
  });

  it('shows a record that stands there twice', () => {
    fc.assert(
      fc.property(withPlace, ([records, at]) => {
        const twice = records.toSpliced(at, 0, ...records.slice(at, at + 1));
        expect(tellingOf(twice)).toEqual([`inserted ${name(at)}`]);
      }),
    );
  });

  it('shows which records changed places, and of none that it is missing', () => {
    fc.assert(
      fc.property(withPlace, fc.nat(), ([records, i], salt) => {
        const j = salt % records.length;
        fc.pre(i !== j);
        const [one, other] = [records[i], records[j]];
        if (one === undefined || other === undefined) throw new Error('is within');
        const swapped = records.with(i, other).with(j, one);
        const findings = findingsOf(swapped);
        const concerned = findings.map((finding) => 'first' in finding && finding.first.alertId);
        expect(findings.every(({ kind, count }) => kind === 'moved' && count === 1)).toBe(true);
        const near = Math.abs(i - j) <= 2;
        if (near)
          expect([name(i), name(j), name(Math.min(i, j) + 1)]).toEqual(
            expect.arrayContaining(concerned),
          );
        else expect(concerned.sort()).toEqual([name(i), name(j)].sort());
        expect(findings.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(300) },
    );
  });

  it('tells a record deleted, one altered and one invented apart, each where it is', () => {
    const records = ledger(60);
    const invented = recordAfter(origin, 'invented');
    const tampered = records
      .map((one, i) => (i === 30 ? { ...one, record: { alertId: 'changed' } } : one))
      .toSpliced(50, 0, invented)
      .toSpliced(10, 1);
    expect(tellingOf(tampered)).toEqual([
      'removed after alert-9 before alert-11',
      'altered changed',
      'inserted invented',
    ]);
  });

  it('finds something after any change, or says that records without a link stand before it', () => {
    const change = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('remove', 'alter', 'insert', 'unlink', 'move'),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 30 }),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        (count, changes) => {
          const whole = ledger(count);
          let records = whole;
          for (const [index, { at, how }] of changes.entries()) {
            const i = at % Math.max(1, records.length);
            const [one] = records.slice(i, i + 1);
            if (one === undefined) break;
            if (how === 'insert')
              records = records.toSpliced(i, 0, recordAfter(origin, `x${index}`));
            else records = records.toSpliced(i, 1);
            if (how === 'alter') records = records.toSpliced(i, 0, { ...one, key: `x${index}` });
            if (how === 'unlink') records = records.toSpliced(i, 0, { ...one, link: undefined });
            if (how === 'move') records = [...records, one];
          }
          const isSame = records.length === count && records.every((one, i) => one === whole[i]);
          const { findings, unlinkedBefore } = verdictOf(records, signedHead(whole.at(-1)));
          expect(findings.length > 0 || unlinkedBefore > 0).toBe(!isSame);
        },
      ),
      { numRuns: runs(1_000) },
    );
  });

  it('begins at the first record that carries a link, and says how many stand before it', () => {
    const old = ledger(4).map((one) => ({ ...one, link: undefined }));
    expect(verdictOf([...old, ...ledger(3)])).toMatchObject({
      unlinkedBefore: 4,
      records: 3,
      head: { sequence: 3 },
      findings: [],
    });
    expect(verdictOf(old)).toMatchObject({ unlinkedBefore: 4, records: 0, findings: [] });
  });

  it('goes on behind records without a link, and names them', () => {
    const records = ledger(6);
    const without = Array.from({ length: 500 }, (_, i) => ({
      ...recordAfter(origin, `old-${i}`),
      link: undefined,
    }));
    expect(tellingOf(records.toSpliced(3, 0, ...without))).toEqual(['inserted 500 old-0']);
  });
});

describe('a chain held to a checkpoint', () => {
  it('extends it when it only grew', () => {
    const records = ledger(9);
    for (const record of records) expect(findingsOf(records, signedHead(record))).toEqual([]);
    expect(findingsOf(records, { partition, ...origin })).toEqual([]);
  });

  it('was cut short when it ends before it', () => {
    const records = ledger(9);
    const head = signedHead(records.at(-1));
    expect(tellingOf(records.slice(0, 6), head)).toEqual([
      'cut-short 3 after alert-5 before undefined',
    ]);
    expect(tellingOf([], head)).toEqual(['cut-short 9 after undefined before undefined']);
  });

  it('was written anew when another record stands where it was signed', () => {
    const head = signedHead(ledger(9)[6]);
    const anew = ledger(3);
    let end: ChainHead = signedHead(anew.at(-1));
    for (let i = 3; i < 12; i++) {
      const one = recordAfter(end, `other-${i}`);
      anew.push(one);
      end = one.link;
    }
    expect(findingsOf(anew)).toEqual([]);
    expect(findingsOf(anew, head)).toMatchObject([
      { kind: 'written-anew', first: { sequence: head.sequence } },
    ]);
  });
});
