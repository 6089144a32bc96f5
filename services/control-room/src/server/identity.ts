/** Who asks, and what they may see and do. */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Me } from '../api/model.ts';

/** Somebody who is known. */
export interface Identity {
  /** A staff or role id, never a name. */
  readonly subject: string;
  readonly roles: readonly Me['roles'][number][];
  /** `*` stands for every force. */
  readonly forces: readonly string[];
}

/** Where bearer tokens come from (OpenID Connect). */
export interface OidcOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The client that the page logs in as. */
  readonly clientId: string;
  /** The claims that carry roles and forces. */
  readonly rolesClaim: string;
  readonly forcesClaim: string;
}

/** The token does not let its bearer in; the message says why and quotes nothing. */
export class NotAuthenticated extends Error {
  override readonly name = 'NotAuthenticated';
  readonly code = 'VIGIL_NOT_AUTHENTICATED';
}

/** Tells who asks by the header `authorization`. @throws NotAuthenticated when it does not say. */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

const everybody: Identity = {
  subject: 'embedded',
  roles: ['viewer', 'operator', 'auditor'],
  forces: ['*'],
};

/** Without a log-in everybody on this machine may do everything. */
export const identifyNobody: Identify = async () => everybody;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const clockToleranceSeconds = 30;
const roles = new Set<string>(['viewer', 'operator', 'auditor']);
const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Verifies bearer tokens of an issuer. Its keys are asked for when they are first needed, and again when
 * a token names one that is not known.
 */
export function identifyByToken(options: OidcOptions): Identify {
  const { issuer, audience } = options;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  return async (authorization) => {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new NotAuthenticated('a bearer token is required');
    keys ??= createRemoteJWKSet(await keysOf(issuer));
    try {
      const terms = { issuer, audience, algorithms, clockTolerance: clockToleranceSeconds };
      const { payload } = await jwtVerify(token, keys, {
        ...terms,
        requiredClaims: ['sub', 'exp'],
      });
      return identityOf(payload, options);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new NotAuthenticated(reasonOf(error), { cause: error });
    }
  };
}

async function keysOf(issuer: string): Promise<URL> {
  const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(at, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
  if (!response.ok) throw new Error(`${at} answered ${response.status}`);
  return new URL(discovery.parse(await response.json()).jwks_uri);
}

function identityOf(payload: JWTPayload, { rolesClaim, forcesClaim }: OidcOptions): Identity {
  const known = textsOf(payload[rolesClaim]).filter((role) => roles.has(role));
  return {
    subject: payload.sub ?? '',
    roles: known as Identity['roles'],
    forces: textsOf(payload[forcesClaim]),
  };
}

/** A claim is a list of texts, or one text with spaces between. */
function textsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter(Boolean);
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's ${error.claim} is not ours`;
  return 'the token is not valid';
}

/** Whether somebody may see a force's incidents. */
export function sees({ forces }: Identity, forceId: string): boolean {
  return forces.includes('*') || forces.includes(forceId);
}
