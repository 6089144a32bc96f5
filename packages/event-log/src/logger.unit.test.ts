import { expect, it } from 'vitest';
import { SELDOM_MS, seldom } from './logger.ts';

it('says the same warning about the same topic once in a while, and each other one at once', () => {
  const said: string[] = [];
  let now = 0;
  const log = seldom(
    (level, message, { topic }) => said.push(`${level} ${message} ${topic}`),
    () => now,
  );
  log('warn', 'away', { topic: 'a' });
  log('warn', 'away', { topic: 'a' });
  log('warn', 'away', { topic: 'b' });
  now = SELDOM_MS;
  log('warn', 'away', { topic: 'a' });
  expect(said).toEqual(['warn away a', 'debug away a', 'warn away b', 'warn away a']);
});
