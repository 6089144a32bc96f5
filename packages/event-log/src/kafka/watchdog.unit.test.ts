import { expect, it } from 'vitest';
import { STALLED_LOOKS, watchdog } from './watchdog.ts';

async function looks(look: () => Promise<string | undefined>, count: number) {
  const seen: (string | undefined)[] = [];
  for (let index = 0; index < count; index += 1) seen.push(await look());
  return seen.filter((one) => one !== undefined);
}

it('reports a partition that gives nothing although the log has more', async () => {
  let fetches = 0;
  const look = watchdog(
    { sessionMs: 30_000 },
    {
      fetches: () => fetches++,
      awaited: () => [{ name: 'facts/0', offset: 5n }],
      readable: async () => true,
    },
  );
  expect(await looks(look, STALLED_LOOKS)).toEqual([]);
  expect(await look()).toContain('facts/0');
});

it('leaves a partition alone that waits for an open transaction, that moves, or that is paused', async () => {
  let fetches = 0;
  const look = watchdog(
    { sessionMs: 30_000 },
    {
      fetches: () => fetches++,
      awaited: () => [
        { name: 'open/0', offset: 5n },
        { name: 'moves/0', offset: BigInt(fetches) },
        { name: 'paused/0', offset: undefined },
      ],
      readable: async (name) => name !== 'open/0',
    },
  );
  expect(await looks(look, STALLED_LOOKS * 5)).toEqual([]);
});

it('reports a consumer that has stopped fetching altogether', async () => {
  const look = watchdog(
    { sessionMs: 30_000 },
    {
      fetches: () => 7,
      awaited: () => [],
      readable: async () => false,
    },
  );
  expect(await looks(look, 45)).toEqual([]);
  expect(await look()).toBe('The consumer has stopped fetching.');
});
