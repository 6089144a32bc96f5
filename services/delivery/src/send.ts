import { setTimeout as delay } from 'node:timers/promises';
import pRetry, { AbortError } from 'p-retry';
import type { HttpRequest } from './http-request.ts';

/** The receiver will never take it: sending it again would be refused again. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
  readonly code = 'VIGIL_DELIVERY_REFUSED';
  readonly status: number;

  constructor(status: number) {
    super(`the receiver answered ${status}`);
    this.status = status;
  }
}

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Is told of each attempt that failed and is made again. */
  readonly onRetry: (attempt: number, error: unknown) => void;
  /** Milliseconds before the second attempt; twice as many before each one after it. */
  readonly firstWaitMs?: number;
}

const timeLimitMs = 10_000;
const longestWaitMs = 60_000;
/** Of what a client did wrong, only these may be right the next time. */
const worthAnother = new Set([408, 425, 429]);

/**
 * Sends until the receiver has taken it: as long as it cannot be reached, answers that it is busy, or
 * fails. It is waited for as it asks for (`Retry-After`), else longer each time.
 *
 * @throws DeliveryRefused when it refused for good; the signal's reason when it was aborted.
 */
export async function send(request: HttpRequest, options: SendOptions): Promise<void> {
  const { signal, onRetry, firstWaitMs = 500 } = options;
  await pRetry(() => attempt(request, signal), {
    ...{ retries: Number.POSITIVE_INFINITY, signal, randomize: true },
    ...{ minTimeout: firstWaitMs, maxTimeout: longestWaitMs },
    shouldRetry: () => true,
    async onFailedAttempt({ error, attemptNumber }) {
      onRetry(attemptNumber, error);
      if (error instanceof Busy) await delay(error.waitMs, undefined, { signal });
    },
  });
}

/** It asked to be left alone for a while. */
class Busy extends Error {
  override readonly name = 'Busy';
  readonly waitMs: number;

  constructor(status: number, waitMs: number) {
    super(`the receiver answered ${status}`);
    this.waitMs = waitMs;
  }
}

async function attempt({ url, headers, body }: HttpRequest, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    ...{ method: 'POST', headers, body, redirect: 'manual' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]),
  }).catch((error: unknown) => {
    // A retry asks for an Error that is not one of a mistyped address only.
    throw new Error('the receiver could not be reached', { cause: error });
  });
  await response.body?.cancel();
  const { status } = response;
  if (status >= 200 && status < 300) return;
  if (status < 500 && !worthAnother.has(status)) throw new AbortError(new DeliveryRefused(status));
  throw new Busy(status, waitOf(response.headers.get('retry-after')));
}

/** Milliseconds that `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3). */
function waitOf(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 10 * longestWaitMs) : 0;
}
