import type { Instant } from '@vigil/domain/time/instant';
import { createLogger } from '@vigil/service-kit/logging';
import { createMetrics } from '@vigil/service-kit/metrics';
import { expect, it } from 'vitest';
import { observeWith } from './observe.ts';

const logger = createLogger({ service: 'test', level: 'fatal' });

it('says how far behind a partition is though nothing is heard of it any more', async () => {
  let now = 100_000;
  const metrics = createMetrics('test');
  const observe = observeWith(logger, metrics, () => now);
  const value = async (name: string) =>
    (await metrics.getSingleMetric(name)?.get())?.values.map((one) => one.value);
  const of = { topic: 'officer-attended', partition: 3 } as const;
  observe({ event: 'watermark', partition: 3, ageMs: 2_000 });
  observe({ event: 'read', ...of, behind: 5n, readTo: 99_000 as Instant });
  expect(await value('vigil_watermark_age_seconds')).toEqual([2]);
  expect(await value('vigil_read_behind_seconds')).toEqual([1]);
  now += 60_000;
  expect(await value('vigil_watermark_age_seconds')).toEqual([62]);
  expect(await value('vigil_read_behind_seconds')).toEqual([61]);
  observe({ event: 'given-away', partition: 3 });
  observe({ event: 'revoked', ...of });
  expect(await value('vigil_watermark_age_seconds')).toEqual([]);
  expect(await value('vigil_read_behind_seconds')).toEqual([]);
});
