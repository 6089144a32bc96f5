import type { Groups } from './group.ts';
import type { LogServer } from './log-server.ts';
import type { Network } from './network.ts';

/** The brokers as one machine reaches them. */
export interface Brokers {
  readonly server: LogServer;
  readonly groups: Groups;
  readonly network: Network;
  /** Whether a partition gives nothing for now. */
  readonly isStalled: (topic: string, partition: number) => boolean;
  readonly readEveryMs: number;
  readonly onFailure: (error: Error) => void;
  /** A publisher learns that it was replaced; whoever is assigned the partition waits before the next. */
  readonly onFenced: () => void;
}
