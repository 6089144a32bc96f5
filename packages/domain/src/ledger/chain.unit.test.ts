import { describe, expect, it } from 'vitest';
import { chainHeader, formatLink, linkOf, origin, parseLink } from './chain.ts';

const record = { kind: 'alert', at: '2026-03-02T10:00:00.000Z', alertId: 'x' };
const link = linkOf(origin, { partition: 3, key: 'INC-1', record });

describe('the link of a record', () => {
  it('has the hash that another program computes from the canonical JSON', () => {
    expect(origin).toEqual({ sequence: 0, hash: '0'.repeat(64) });
    expect(link).toEqual({
      sequence: 1,
      previous: '0'.repeat(64),
      // Python: sha256 of {"key":"INC-1","partition":3,"previous":"000…","record":{…},"sequence":1}
      hash: '176cd8a1fc68ee7941842b4acc17f8e56c4d8c6118b4497b1715566742fdd180',
    });
  });

  it('is read from its header as it was written there', () => {
    expect(chainHeader).toBe('vigil-chain');
    expect(formatLink(link)).toBe(`1 ${link.previous} ${link.hash}`);
    expect(parseLink(formatLink(link))).toEqual(link);
    expect(parseLink(Buffer.from(formatLink({ ...link, sequence: 999_999_999_999_999 })))).toEqual({
      ...link,
      sequence: 999_999_999_999_999,
    });
  });

  it('is none where there is no header', () => {
    expect(parseLink(undefined)).toBeUndefined();
  });

  const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)];
  it.each([
    '',
    `0 ${hash} ${other}`,
    `01 ${hash} ${other}`,
    `-1 ${hash} ${other}`,
    `x ${hash} ${other}`,
    `1234567890123456 ${hash} ${other}`,
    `1 ${hash}`,
    `1 ${hash} ${other.slice(1)}`,
    `1 ${hash.slice(1)} ${other}`,
    `1 ${hash.toUpperCase()} ${other}`,
    `1  ${hash} ${other}`,
    ` 1 ${hash} ${other}`,
    `1 ${hash} ${other} `,
    `1 ${hash} ${other}c`,
  ])('is not read from "%s"', (text) => {
    expect(parseLink(text)).toBeUndefined();
  });
});
