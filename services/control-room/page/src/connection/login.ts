import type { Session } from '@vigil/control-room/api/model';

/** Who is logged in, as far as the page needs to know. */
export interface Login {
  /** The bearer token now; none where there is no log-in, or none any more. */
  readonly token: () => string | undefined;
  /** Tries for a new token without asking anybody; false when somebody must log in. */
  readonly renew: () => Promise<boolean>;
  /** Leaves for the provider and comes back to this address. */
  readonly begin: () => Promise<void>;
  /** Logs out; absent where there is no log-in. */
  readonly end?: () => Promise<void>;
}

/** Embedded: anybody on this machine, and the page says so. */
const nobody: Login = {
  token: () => undefined,
  renew: async () => false,
  begin: async () => {},
};

/**
 * Logs in as the session asks: authorization code with PKCE, the token kept in the tab's session storage.
 *
 * @returns the log-in, or `undefined` when the browser is leaving for the provider
 */
export async function logIn({ login }: Session): Promise<Login | undefined> {
  if (login.kind === 'none') return nobody;
  const { UserManager, WebStorageStateStore } = await import('oidc-client-ts');
  const manager = new UserManager({
    authority: login.issuer,
    client_id: login.clientId,
    redirect_uri: `${location.origin}/`,
    post_logout_redirect_uri: `${location.origin}/`,
    scope: 'openid profile',
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  });
  const begin = () => manager.signinRedirect({ state: location.search });
  const query = new URLSearchParams(location.search);
  if (query.has('state') && (query.has('code') || query.has('error'))) {
    const user = await manager.signinRedirectCallback();
    const search = typeof user.state === 'string' ? user.state : '';
    history.replaceState(null, '', `/${search}`);
  }
  let user = await manager.getUser();
  if (user === null || user.expired === true) {
    await begin();
    return undefined;
  }
  manager.events.addUserLoaded((renewed) => {
    user = renewed;
  });
  return {
    token: () => user?.access_token,
    renew: async () => {
      if (user?.refresh_token === undefined) return false;
      user = await manager.signinSilent();
      return user !== null;
    },
    begin,
    end: () => manager.signoutRedirect(),
  };
}
