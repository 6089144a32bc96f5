import type { Clock } from '@vigil/control-room/api/model';

/** The server's clock as it was heard: what the page counts by, never the computer's own date. */
export interface HeardClock extends Clock {
  /** By the browser's monotonic clock, in milliseconds. */
  readonly heardAt: number;
}

/** The server's instant when the browser's monotonic clock shows `monotonic`. */
export function instantAt({ now, speed, heardAt }: HeardClock, monotonic: number): number {
  return Math.round(now + (monotonic - heardAt) * speed);
}

/** Above this speed seconds are a blur, and countdowns show minutes. */
export const blurSpeed = 20;
