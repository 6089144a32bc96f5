import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, it } from 'vitest';
import { partitionOf } from './partitioner.ts';

const kafkas = Partitioners.DefaultPartitioner();

function chosenByKafka(key: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return kafkas({ topic: 'facts', partitionMetadata, message: { key, value: null } });
}

it('chooses the partition that the default partitioner of kafkajs chooses, for any key', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 1, max: 500 }),
      (key, partitions) => {
        expect(partitionOf(key, partitions)).toBe(chosenByKafka(key, partitions));
      },
    ),
    { numRuns: 500 },
  );
});

it.each([
  // Published by the Apache Kafka project for its own clients (UtilsTest, murmur2).
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('hashes %s as the Java client does', (key, hash) => {
  expect(partitionOf(key, 0x7fffffff)).toBe((hash & 0x7fffffff) % 0x7fffffff);
});
