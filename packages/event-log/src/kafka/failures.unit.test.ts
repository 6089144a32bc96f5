import { describe, expect, it } from 'vitest';
import { isRefusal } from './failures.ts';

/** As kafkajs gives them: the error of the login has no cause, only a message. */
function loginFailed(why: string): Error {
  const inner = new Error(`SASL SCRAM SHA512 authentication failed: ${why}`);
  inner.name = 'KafkaJSSASLAuthenticationError';
  return new Error(inner.message, { cause: inner });
}

describe('a refusal of the brokers', () => {
  it('is a login that they do not know', () => {
    const why =
      'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512';
    expect(isRefusal(loginFailed(why))).toBe(true);
  });

  it.each([
    'Connection error: read ECONNRESET',
    'Connection error: write EPIPE',
    'Connection timeout',
    'Closed connection',
    'Request SaslAuthenticate(key: 36, version: 1) timed out',
  ])('is no login that was cut short: %s', (why) => {
    expect(isRefusal(loginFailed(why))).toBe(false);
  });
});
