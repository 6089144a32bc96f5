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
import { type ChainHash, type ChainHead, type Link, linkOf, origin } from './chain.ts';
import type { ChainRecord } from './chain-stretches.ts';
import { chainVerifier } from './verify-chain.ts';

const elsewhere = 'e'.repeat(64) as ChainHash;
const other = 'f'.repeat(64) as ChainHash;

/** So many records that follow `head` and each other. */
function branch(head: ChainHead, count: number, say = 'forged'): ChainRecord[] {
  const records: ChainRecord[] = [];
  let end = head;
  for (let i = 0; i < count; i++) {
    const one = recordAfter(end, `${say}-${i}`);
    records.push(one);
    end = one.link;
  }
  return records;
}

const at = (records: readonly ChainRecord[], index: number): ChainRecord & { link: Link } => {
  const record = records[index];
  if (record?.link === undefined) throw new Error('has no link');
  return { ...record, link: record.link };
};
const changed = { alertId: 'changed' };
const spoilt = (one: ChainRecord & { link: Link }): ChainRecord => ({
  ...{ ...one, record: changed },
  link: { ...one.link, hash: other },
});

const whole = ledger(9);

describe('two branches of one chain', () => {
  it('are the longer one, and what was inserted', () => {
    const forged = branch(at(whole, 2).link, 2);
    const longer = [...whole, ...forged];
    expect(tellingOf(longer)).toEqual(['inserted 2 forged-0']);
    expect(verdictOf(longer).head).toMatchObject({ sequence: 9, hash: at(whole, 8).link.hash });
    const outgrown = [...whole, ...branch(at(whole, 6).link, 3)];
    expect(tellingOf(outgrown)).toEqual(['inserted 2 alert-7']);
    expect(verdictOf(outgrown).head?.sequence).toBe(10);
  });

  it('are the later one where both are as long', () => {
    const alike = [...whole, ...branch(at(whole, 5).link, 3)];
    expect(tellingOf(alike)).toEqual(['inserted 3 alert-6']);
    expect(tellingOf([...alike, ...branch(at(whole, 5).link, 2, 'short')])).toEqual([
      'inserted 3 alert-6',
      'inserted 2 short-0',
    ]);
  });

  it('are the heavier one, wherever the other begins and ends', () => {
    const six = whole.slice(0, 6);
    for (const count of [2, 3]) {
      const forged = branch({ sequence: 4, hash: elsewhere }, count);
      expect(tellingOf([...six, ...forged])).toEqual([`inserted ${count} forged-0`]);
    }
    const asLong = branch({ sequence: 1, hash: elsewhere }, 6);
    expect(tellingOf([...six, ...asLong])).toEqual(['inserted 6 forged-0']);
  });

  it('are what was inserted, each part with its own count, where neither is the chain', () => {
    const first = branch(origin, 4, 'first');
    const second = branch(at(first, 1).link, 2, 'second');
    expect(tellingOf([...first, ...second, ...whole])).toEqual([
      'inserted 2 first-0',
      'inserted 2 first-2',
      'inserted 2 second-0',
    ]);
    const altered = { ...at(second, 0), record: changed };
    expect(tellingOf([...first, altered, ...whole])).toEqual([
      'inserted 4 first-0',
      'inserted changed',
    ]);
  });

  it('are told from many records back', () => {
    const long = ledger(700);
    expect(tellingOf([...long, ...branch(at(long, 450).link, 2)])).toEqual(['inserted 2 forged-0']);
    expect(tellingOf([...long, ...branch(at(long, 444).link, 256)])).toEqual([
      'inserted 255 alert-445',
    ]);
    // One more, and the two are no longer seen to part: what is remembered has its bound.
    expect(tellingOf([...long, ...branch(at(long, 443).link, 300)])).toEqual([
      'inserted 300 forged-0',
    ]);
  });
});

describe('a record of a chain', () => {
  it('is found altered when it is the only one, or the first, or the last', () => {
    expect(tellingOf([{ ...at(ledger(1), 0), record: changed }])).toEqual(['altered changed']);
    for (const index of [0, 8]) {
      expect(tellingOf(whole.with(index, { ...at(whole, index), record: changed }))).toEqual([
        'altered changed',
      ]);
    }
  });

  it('is found altered once though its hash was spoilt as well', () => {
    expect(tellingOf(whole.with(4, spoilt(at(whole, 4))))).toEqual(['altered changed']);
  });

  it('is found altered where the one before it was removed', () => {
    const { link, ...rest } = at(whole, 5);
    const altered = { ...rest, link: { ...link, hash: other } };
    expect(tellingOf(whole.toSpliced(4, 2, altered))).toEqual([
      'removed after alert-3 before alert-5',
      'altered alert-5',
    ]);
  });

  it('that says nothing of an alert is altered, and no alert is named', () => {
    for (const record of [null, 'text', { alertId: 7 }, {}]) {
      const [finding, ...more] = findingsOf(whole.with(4, { ...at(whole, 4), record }));
      expect(more).toEqual([]);
      expect(finding).toEqual({
        ...{ kind: 'altered', partition, count: 1, unlinked: false },
        ...{ first: { offset: '5', sequence: 5 }, last: { offset: '5', sequence: 5 } },
      });
    }
  });

  it('that nothing vouches for does not stand for the one that was removed', () => {
    const invented = {
      ...recordAfter(origin, 'invented'),
      link: { sequence: 4, previous: elsewhere, hash: other },
    };
    const { link: _, ...unlinked } = at(whole, 3);
    for (const stranger of [invented, { ...unlinked, link: undefined, key: 'INC-other' }]) {
      expect(findingsOf(whole.with(3, stranger))).toMatchObject([
        { kind: 'removed', count: 1, after: { sequence: 3 }, before: { sequence: 5 } },
        { kind: 'inserted', count: 1, unlinked: stranger.link === undefined },
      ]);
    }
  });

  it('without a link and without a canonical form was inserted', () => {
    const odd = { ...recordAfter(origin, 'odd'), record: '\ud800', link: undefined };
    expect(findingsOf(whole.toSpliced(4, 0, odd))).toMatchObject([
      { kind: 'inserted', count: 1, unlinked: true },
    ]);
  });

  it('with a number of its own was inserted, though it follows the one before', () => {
    const before = at(whole, 3).link;
    const astray = recordAfter({ ...before, sequence: 40 }, 'astray');
    expect(tellingOf(whole.toSpliced(4, 0, astray))).toEqual(['inserted astray']);
  });

  it('with a number of its own at the end shows those that it says were before it', () => {
    const astray = recordAfter({ ...at(whole, 8).link, sequence: 40 }, 'astray');
    expect(tellingOf([...whole, astray])).toEqual(['removed 31 after alert-8 before astray']);
  });

  it('counts for more than altered ones in its place, however many, when it is sound', () => {
    const altered = whole.map((one, index) =>
      index >= 3 && index < 6 ? { ...one, record: changed } : one,
    );
    const forged = recordAfter(at(whole, 3).link, 'forged');
    expect(tellingOf(altered.toSpliced(6, 0, forged))).toEqual([
      'removed after alert-2 before forged',
      'removed after forged before alert-6',
      'inserted 3 changed',
    ]);
  });

  it('that stands there again was inserted, at the beginning and at the end', () => {
    const last = at(whole, 8);
    expect(tellingOf([...whole, last])).toEqual(['inserted alert-8']);
    expect(tellingOf([last, ...whole])).toEqual(['inserted alert-8']);
  });
});

describe('a record out of its place', () => {
  it('was moved though its neighbour was removed', () => {
    expect(tellingOf([...whole.slice(2), at(whole, 0)])).toEqual([
      'removed after alert-0 before alert-2',
      'moved alert-0',
    ]);
    expect(tellingOf([...whole.toSpliced(3, 2), at(whole, 4)])).toEqual([
      'removed after alert-2 before alert-4',
      'moved alert-4',
    ]);
    expect(tellingOf([...whole.toSpliced(3, 2), at(whole, 3)])).toEqual([
      'removed after alert-3 before alert-5',
      'moved alert-3',
    ]);
  });

  it('was removed and inserted when it was altered on the way', () => {
    const altered = { ...at(whole, 3), record: changed };
    expect(tellingOf([...whole.toSpliced(3, 1), altered])).toEqual([
      'removed after alert-2 before alert-4',
      'inserted changed',
    ]);
  });

  it('was not moved but inserted when only its number would fit', () => {
    const invented = recordAfter({ sequence: 3, hash: elsewhere }, 'invented');
    expect(tellingOf([...whole.toSpliced(3, 1), invented])).toEqual([
      'removed after alert-2 before alert-4',
      'inserted invented',
    ]);
  });
});

describe('a run of records written anew', () => {
  it('shows where it was put in: before it and at its end', () => {
    const run = branch({ sequence: 3, hash: elsewhere }, 3);
    expect(tellingOf(whole.toSpliced(3, 3, ...run))).toEqual([
      'altered alert-2',
      'altered forged-2',
    ]);
  });

  it('shows at its first record when the whole chain begins elsewhere', () => {
    expect(tellingOf(branch({ sequence: 0, hash: elsewhere }, 4))).toEqual(['altered forged-0']);
  });
});

describe('what is said of a ledger', () => {
  it('is said of each partition, in the order of their numbers', () => {
    const verifier = chainVerifier();
    expect(verifier.verdicts()).toEqual([]);
    for (const number of [10, 2, 1]) {
      const linkable = { partition: number, key: 'INC-1', record: { alertId: 'x' } };
      verifier.take({ ...linkable, offset: '0', link: linkOf(origin, linkable) });
    }
    expect(verifier.verdicts()).toMatchObject([
      { partition: 1, records: 1, findings: [] },
      { partition: 2, records: 1, findings: [] },
      { partition: 10, records: 1, findings: [] },
    ]);
  });

  it('names the line of an export beside the offset, and has no head where nothing has a link', () => {
    const lines = whole.map((one, index) => ({ ...one, line: index + 1 }));
    expect(verdictOf(lines).begins).toEqual({
      ...{ offset: '0', line: 1, alertId: 'alert-0', sequence: 1 },
    });
    const unlinked = whole.map((one) => ({ ...one, link: undefined }));
    expect(verdictOf(unlinked)).toEqual({
      ...{ partition, unlinkedBefore: 9, records: 0, findings: [] },
      ...{ begins: undefined, head: undefined },
    });
  });

  it('names the record at a checkpoint that is another one', () => {
    const signed = { ...signedHead(at(whole, 8)), hash: other };
    const place = { offset: '10', sequence: 9 };
    expect(findingsOf(whole, signed)).toMatchObject([{ kind: 'written-anew', first: place }]);
    expect(findingsOf(whole, signed)[0]).not.toHaveProperty('first.line');
    const lines = whole.map((one, index) => ({ ...one, line: index + 1 }));
    expect(findingsOf(lines, signed)).toMatchObject([{ first: { ...place, line: 9 } }]);
  });

  it('does not take a chain for written anew when one was inserted at the checkpoint', () => {
    const stranger = recordAfter({ sequence: 8, hash: elsewhere }, 'stranger');
    const signed = signedHead(at(whole, 8));
    expect(tellingOf(whole.toSpliced(8, 0, stranger), signed)).toEqual(['inserted stranger']);
  });
});
