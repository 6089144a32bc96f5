/** The control room: the picture, the API over it, and the page. */
import { randomUUID } from 'node:crypto';
import type { Action } from '@vigil/domain/ledger/action';
import type { Engine } from '@vigil/engine/ports';
import type { OutgoingRecord } from '@vigil/event-log/port';
import type { Logger } from '@vigil/service-kit/logging';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { type FollowOptions, follow } from './picture/follow.ts';
import { Picture } from './picture/picture.ts';
import { createApp } from './server/app.ts';
import { Hub } from './server/hub.ts';
import { identifyByToken, identifyNobody, type OidcOptions } from './server/identity.ts';

export interface ControlRoomOptions {
  readonly engine: Engine;
  readonly codec: FollowOptions['codec'] & { encodeAction(action: Action): OutgoingRecord };
  readonly partitions: number;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** None: no log-in, and only this machine is served. */
  readonly oidc?: OidcOptions;
  /** How many people answer alarms; the rates are for each of them. */
  readonly operators: number;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Serves health and metrics on the page's port as well. */
  readonly health: boolean;
  /** A rehearsal's clock runs so many times as fast; 1 live. */
  readonly speed: number;
  readonly rehearsal: boolean;
  /** Milliseconds between two looks at the whole working set. */
  readonly scanMs: number;
}

export interface ControlRoom {
  readonly url: string;
  /** Rejects when the log refuses for good. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** The page would be open to everybody. */
export class OpenControlRoom extends Error {
  override readonly name = 'OpenControlRoom';
  readonly code = 'VIGIL_OPEN_CONTROL_ROOM';
}

/**
 * Starts the control room.
 *
 * @throws OpenControlRoom when it would listen beyond this machine without a log-in; the error of the
 * log when it cannot be followed; `EADDRINUSE` and the like.
 */
export async function startControlRoom(options: ControlRoomOptions): Promise<ControlRoom> {
  const { engine, codec, host, port, oidc, logger, metrics, speed, rehearsal } = options;
  if (oidc === undefined && !['127.0.0.1', 'localhost', '::1'].includes(host)) {
    throw new OpenControlRoom(
      `without a log-in the control room serves 127.0.0.1 only, not ${host}: set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_CLIENT_ID`,
    );
  }
  const instance = randomUUID().slice(0, 8);
  const picture = new Picture(engine, options.partitions);
  const following = await follow({
    ...{ picture, codec, instance, operators: options.operators, scanMs: options.scanMs },
    onTrouble: (what, error) => logger.warn(what, { error }),
  });
  const hub = new Hub(picture, { instance, speed, connection: following.connection });
  new Gauge({
    name: 'vigil_control_room_browsers',
    help: 'Pages that follow the picture.',
    registers: [metrics],
    collect() {
      this.set(hub.browsers);
    },
  });
  const app = await createApp({
    room: {
      ...{ picture, logger, policy: engine.policy },
      session: {
        login:
          oidc === undefined
            ? { kind: 'none' }
            : { kind: 'oidc', issuer: oidc.issuer, clientId: oidc.clientId },
        ...{ deployment: engine.deployment, rehearsal },
      },
      publish: (action) => engine.log.append(codec.topics.actions, [codec.encodeAction(action)]),
    },
    hub,
    identify: oidc === undefined ? identifyNobody : identifyByToken(oidc),
    issuer: oidc?.issuer,
    ...(options.health ? { metrics } : {}),
    ready: () =>
      following.connection().staleSince === undefined ? undefined : 'the picture may be stale',
  });
  const url = await app.listen({ host, port });
  if (oidc === undefined) logger.warn('there is no log-in: only this machine is served', { host });
  return {
    url,
    failed: following.failed,
    async stop() {
      hub.close();
      await app.close();
      await following.stop();
    },
  };
}
