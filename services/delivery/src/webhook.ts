import { createHmac } from 'node:crypto';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import type { HttpRequest } from './http-request.ts';
import type { Message } from './message.ts';

/**
 * A message as a webhook, signed as Standard Webhooks has it: HMAC-SHA-256 over id, timestamp and body,
 * one signature for each secret, so that a secret can be replaced without a pause.
 *
 * @param secrets - `whsec_` and base64.
 */
export function webhookOf(
  { key, at, content }: Message,
  url: string,
  secrets: readonly string[],
  now: Instant,
): HttpRequest {
  const body = JSON.stringify({
    type: `vigil.${content.kind}`,
    timestamp: formatInstant(at),
    data: content,
  });
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets.map((secret) => {
    const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', bytes).update(`${key}.${timestamp}.${body}`);
    return `v1,${signature.digest('base64')}`;
  });
  return {
    ...{ url, body },
    headers: {
      'content-type': 'application/json',
      'webhook-id': key,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
  };
}
