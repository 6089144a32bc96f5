import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeBlock } from './route.ts';

const ids = fc.constantFrom('A', 'B', 'INC-1', 'INC-2', 'é', '"', '\u0001', 'x\\y', '🚓');
const others = fc.constantFrom('', 'no json', '{}', '"subject"', '{"subject":7}', 'null', '   ');
const events = fc
  .tuple(ids, ids, fc.constantFrom(0, 1), fc.constantFrom('first', 'nested', 'repeated'))
  .map(([subject, other, space, shape]) => {
    const event = { id: other, data: { subject: other } };
    if (shape === 'first')
      return { subject, line: JSON.stringify({ subject }, null, space).replaceAll('\n', '') };
    if (shape === 'nested') return { subject, line: JSON.stringify({ ...event, subject }) };
    const twice = `{"subject":${JSON.stringify(other)},"subject":${JSON.stringify(subject)}}`;
    return { subject, line: twice };
  });
const lines = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: events },
    others.map((line) => ({ subject: undefined, line })),
  ),
  { maxLength: 12 },
);

describe('routing the lines of a block', () => {
  it('brings each line to one partition, with its place, and all of an incident to the same', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 5 }), fc.nat(9), (given, partitions, spread) => {
        const bytes = Buffer.from(given.map(({ line }) => line).join('\n'));
        const routed = routeBlock(bytes, partitions, spread);
        const partitionOf = new Map<string, number>();
        const seen: number[] = [];
        for (let p = 0; p < partitions; p++) {
          const [from, to] = [routed.byteBounds[p] ?? 0, routed.byteBounds[p + 1] ?? 0];
          const text = Buffer.from(routed.bytes, from, to - from).toString();
          const own = text === '' ? [] : text.slice(0, -1).split('\n');
          const places = [
            ...routed.places.subarray(routed.placeBounds[p], routed.placeBounds[p + 1]),
          ];
          expect(own).toEqual(places.map((place) => given[place]?.line));
          seen.push(...places);
          for (const place of places) {
            const subject = given[place]?.subject;
            if (subject === undefined) continue;
            expect(partitionOf.get(subject) ?? p).toBe(p);
            partitionOf.set(subject, p);
          }
        }
        const filled = given.flatMap(({ line }, place) => (line === '' ? [] : [place]));
        expect(seen.sort((a, b) => a - b)).toEqual(filled);
      }),
      { numRuns: 1_000 },
    );
  });

  it('hands back what is no text, with its place', () => {
    const bytes = Buffer.concat([
      Buffer.from('{}\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('{}'),
    ]);
    const { unreadable, places } = routeBlock(bytes, 1, 0);
    expect(unreadable.map(({ number, reason }) => [number, reason])).toEqual([[1, 'not-utf8']]);
    expect([...places]).toEqual([0, 2]);
  });
});
