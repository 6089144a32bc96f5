import type { Login } from '@vigil/service-kit/configuration';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  clientCredentialsGrantRequest,
  processClientCredentialsResponse,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';

/** Where tokens come from, and who asks. */
export interface TokenSource {
  /** The token endpoint. */
  readonly url: string;
  readonly scope: string | undefined;
  /** The client's id and secret. */
  readonly client: Login;
  /** Milliseconds that only go forward. */
  readonly elapsed?: () => number;
}

/** No token was to be had, so that nobody can log in to the brokers. */
export class NoToken extends Error {
  override readonly name = 'NoToken';
  readonly code = 'VIGIL_KAFKA_TOKEN';
  /** Whether the endpoint said no, rather than nothing: then trying again does not help. */
  readonly refused: boolean;

  constructor(url: string, cause: unknown) {
    const refused =
      cause instanceof ResponseBodyError || cause instanceof WWWAuthenticateChallengeError;
    const why = cause instanceof ResponseBodyError ? cause.error : messageOf(cause);
    super(`no token from ${new URL(url).host}: ${why}; see KAFKA_SASL_TOKEN_URL and the client`, {
      cause,
    });
    this.refused = refused;
  }
}

/** A token serves for this part of its life, so that none expires on its way. */
const usedFor = 0.8;
const answerMs = 10_000;

/**
 * Tokens by client credentials (RFC 6749, 4.4). One is used until most of its life is over, whoever asks;
 * the secret is read when the next is asked for.
 *
 * @returns gives a token. @throws NoToken
 */
export function tokensFrom(source: TokenSource): () => Promise<string> {
  const elapsed = source.elapsed ?? (() => performance.now());
  let current: { readonly token: Promise<string>; until: number } | undefined;
  return () => {
    if (current !== undefined && elapsed() < current.until) return current.token;
    const asked = ask(source);
    const mine = { token: asked.then(({ token }) => token), until: Number.POSITIVE_INFINITY };
    current = mine;
    const askedAt = elapsed();
    asked.then(
      ({ lifeMs }) => {
        mine.until = askedAt + lifeMs * usedFor;
      },
      () => {
        mine.until = 0;
      },
    );
    return mine.token;
  };
}

async function ask({
  url,
  scope,
  client,
}: TokenSource): Promise<{ readonly token: string; readonly lifeMs: number }> {
  const server = { issuer: new URL(url).origin, token_endpoint: url };
  const who = { client_id: client.username };
  try {
    const answer = await clientCredentialsGrantRequest(
      ...([server, who, ClientSecretBasic(client.password)] as const),
      new URLSearchParams(scope === undefined ? {} : { scope }),
      // The configuration lets http through for this machine only.
      { [allowInsecureRequests]: true, signal: AbortSignal.timeout(answerMs) },
    );
    const granted = await processClientCredentialsResponse(server, who, answer);
    const { access_token: token, expires_in: seconds = 0 } = granted;
    return { token, lifeMs: seconds * 1_000 };
  } catch (error) {
    throw new NoToken(url, error);
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
