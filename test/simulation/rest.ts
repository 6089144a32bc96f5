import type { Codec } from '@vigil/contracts/codec';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { shardWatermark } from '@vigil/engine/watermark';
import { deployment, type World } from './world.ts';

export type Rest = { readonly atRest: true } | { readonly atRest: false; readonly why: string };

/**
 * Whether every shard has been read up to now, raised what is due and published its outbox. Looked at
 * from outside, between two steps.
 */
export async function isAtRest(
  { workingSet, log }: World,
  { topics }: Codec,
  policy: Policy,
  partitions: number,
  lastFactAt: Instant,
): Promise<Rest> {
  const store = workingSet.store();
  for (let partition = 0; partition < partitions; partition++) {
    const shard = { deployment, partition };
    const not = (why: string): Rest => ({ atRest: false, why: `partition ${partition} ${why}` });
    const state = await store.shard(shard);
    if (state.mode !== 'live') return not(`is ${state.mode}`);
    if (state.notes.get('policyVersion') !== policy.policyVersion) return not('has an old policy');
    if (state.notes.get('sweeping')) return not('is being swept');
    for (const topic of inputTopics) {
      const end = log.end(topics.input[topic], partition);
      const read = state.offsets.get(topic) ?? 0n;
      if (read < end) return not(`has read ${topic} to ${read} of ${end}`);
      if ((state.watermarks.get(topic) ?? 0) <= lastFactAt) return not(`lags on ${topic}`);
    }
    const watermark = shardWatermark(state, policy);
    if (watermark === undefined) return not('has no watermark');
    const [due] = await store.due(shard, watermark, 1);
    if (due !== undefined) return not(`has ${due.id} due at ${due.due}`);
    const { outbox } = await store.sizes(shard);
    if (outbox > 0) return not(`has ${outbox} entries in its outbox`);
  }
  return { atRest: true };
}
