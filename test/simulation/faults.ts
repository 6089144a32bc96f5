import type { Random } from './random.ts';

/**
 * What may go wrong in a run. Each seed draws some of it and leaves the rest out: with everything at
 * once no fault would ever be seen alone, and nothing would have a moment to be late in.
 */
export interface Faults {
  /** The chance that the first call of a kind ends its machine; the n-th has a share of 1/n of it, and never less than a thousandth. */
  readonly crash: number;
  /** The same, that it stops its machine for long enough that another takes over. */
  readonly stop: number;
  /** Chances, of every call: never arrives; its answer is lost; takes effect after it was given up; takes effect twice; is slow. */
  readonly lostRequest: number;
  readonly lostReply: number;
  readonly late: number;
  readonly repeated: number;
  readonly slow: number;
  /** How often in a run, about. */
  readonly freezes: number;
  readonly cuts: number;
  readonly restarts: number;
  readonly logOutages: number;
  readonly workingSetOutages: number;
  readonly forgetsLastSecond: number;
  readonly forgetsAll: number;
  readonly clockSteps: number;
  readonly rebalances: number;
  readonly stalls: number;
  readonly silences: number;
  readonly policyChanges: number;
  /** Shares of the facts. */
  readonly duplicates: number;
  readonly lateFacts: number;
  readonly unreadable: number;
  readonly stragglers: number;
}

/** Milliseconds; what the design is promised of the world around it. */
export const bounds = {
  /** A clock of a machine is never more than this from the truth: as NTP keeps it, with a step now and then. */
  clockError: 2_500,
  /** Until a call without an answer is given up. */
  answer: 2_000,
  /** One way, for a call that is not slow. */
  latency: 20,
  slow: 1_500,
  /** A member of a group that is not heard of for this long is replaced. */
  session: 6_000,
  heartbeat: 2_000,
  /** An open transaction is aborted after this. */
  transaction: 10_000,
  /** A process that died is up again after at most this. */
  restart: 15_000,
  freeze: 20_000,
  cut: 25_000,
  outage: 15_000,
  stall: 90_000,
  silence: 120_000,
} as const;

/** Draws which faults a run has, and how often. */
export function drawFaults(random: Random): Faults {
  const calm = random.chance(0.1);
  const some = (probability: number, values: readonly number[]): number =>
    random.chance(calm ? 0 : probability) ? random.pick(values) : 0;
  return {
    crash: some(0.5, [0.005, 0.02, 0.08]),
    stop: some(0.4, [0.01, 0.05, 0.15]),
    lostRequest: some(0.35, [0.0005, 0.003]),
    lostReply: some(0.4, [0.0005, 0.003, 0.01]),
    late: some(0.35, [0.0005, 0.003]),
    repeated: some(0.35, [0.001, 0.01]),
    slow: some(0.4, [0.002, 0.02]),
    freezes: some(0.4, [1, 3, 6]),
    cuts: some(0.3, [1, 3]),
    restarts: some(0.25, [1, 3]),
    logOutages: some(0.2, [1, 2]),
    workingSetOutages: some(0.2, [1, 2]),
    forgetsLastSecond: some(0.35, [1, 2, 5]),
    forgetsAll: some(0.3, [1, 2]),
    clockSteps: some(0.4, [2, 8]),
    rebalances: some(0.35, [1, 3, 6]),
    stalls: some(0.5, [1, 2, 4]),
    silences: some(0.4, [1, 2]),
    policyChanges: some(0.25, [1, 2]),
    duplicates: some(0.6, [0.05, 0.3]),
    lateFacts: some(0.6, [0.05, 0.3]),
    unreadable: some(0.5, [0.03, 0.15]),
    stragglers: some(0.3, [0.03, 0.1]),
  };
}

/** Faults that came to pass, by kind. */
export type Tally = Map<string, number>;

export function count(tally: Tally, what: string, by = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + by);
}
