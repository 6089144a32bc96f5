import type { Deciding } from '../integration/vigil-process.ts';
import type { Taken } from './floors.ts';

export interface CostOptions {
  readonly rounds: number;
  /** About how many a round. */
  readonly facts: number;
  /** Settings of how many incidents are open; the first is that of all other settings. */
  readonly open: readonly number[];
  /** A folder for CPU profiles of the services in the first setting. */
  readonly profiles?: string;
}

export interface Setting {
  readonly instances: number;
  readonly partitions: number;
  readonly open: number;
  readonly batch: number;
}

export interface Run extends Taken {
  /** Seconds of CPU by who used them. */
  readonly cpu: Readonly<Record<Deciding | 'Redis', number>>;
}

export interface CostResult {
  readonly measuredOn: string;
  readonly settings: readonly { readonly setting: Setting; readonly runs: readonly Run[] }[];
  readonly floors: Readonly<Record<string, readonly Taken[]>>;
  /** Of Redis, by how many are open: for each that has nothing but its creation. */
  readonly bytesPerIncident: readonly { readonly open: number; readonly bytes: number }[];
  readonly bytesPerSlot: number;
  readonly slots: number;
}
