import kafkajs, { type Mechanism } from 'kafkajs';

/**
 * The log-in with a token (OAUTHBEARER, RFC 7628). That of kafkajs takes every answer for a yes: a broker
 * that refuses says why in the answer and ends the connection at the next request, which looks like a
 * network that fails.
 *
 * @param token - asked for at each new connection.
 */
export function bearerLogin(token: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const message = Buffer.from(`n,,\u0001auth=Bearer ${await token()}\u0001\u0001`);
        const answer = await saslAuthenticate({
          request: { encode: () => withLength(message) },
          response: { decode: (raw: Buffer) => raw.subarray(4), parse: (said: Buffer) => said },
        }).catch((error: unknown) => {
          throw new TokenRefused(error instanceof Error ? error.message : String(error));
        });
        if (answer !== undefined && answer.length > 0) throw new TokenRefused(answer.toString());
      },
    }),
  };
}

/** In the terms by which a refused password is told from a failure. */
class TokenRefused extends kafkajs.KafkaJSNonRetriableError {
  readonly type = 'SASL_AUTHENTICATION_FAILED';

  constructor(why: string) {
    super(`The brokers do not take the token: ${why}`);
  }
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}
