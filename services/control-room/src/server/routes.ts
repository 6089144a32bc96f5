/** The routes of the API, one after the other: the server, `openapi.json` and the tests go by this table. */
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Action } from '@vigil/domain/ledger/action';
import type { AlertId } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { plus } from '@vigil/domain/time/instant';
import type { Logger } from '@vigil/service-kit/logging';
import { z } from 'zod';
import {
  acknowledgeSchema,
  alarmFiguresSchema,
  alarmStates,
  attainmentSchema,
  backlogSchema,
  type Figures,
  feedsSchema,
  meSchema,
  noticeSchema,
  queueRowSchema,
  type Session,
  sessionSchema,
  silenceSchema,
  storySchema,
} from '../api/model.ts';
import type { Picture } from '../picture/picture.ts';
import { type Identity, sees } from './identity.ts';
import { Refused } from './problem.ts';
import { storyOf } from './story.ts';

/** What the routes work with. */
export interface Room {
  readonly picture: Picture;
  readonly policy: Policy;
  readonly session: Session;
  /** Publishes what somebody did; resolves when the log has it. */
  readonly publish: (action: Action) => Promise<void>;
  readonly logger: Logger;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  /** `anybody` needs no token; the others one of the roles that may do it. */
  readonly may: 'anybody' | 'look' | 'act';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  handle(room: Room, request: Asked): unknown;
}

/** A request that was let in. */
export interface Asked {
  readonly who: Identity;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

const id = z.string().min(1).max(128);
const queueQuery = z.object({
  force: id.optional(),
  area: id.optional(),
  grade: queueRowSchema.shape.grade.optional(),
  child: queueRowSchema.shape.child.optional(),
  target: id.optional(),
  alarm: z.enum(alarmStates).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});
const incidentParams = z.object({ incidentId: id });
const alertParams = z.object({ alertId: id });
const done = z.strictObject({ status: z.literal('accepted') });

export const routes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/session', may: 'anybody', answer: sessionSchema },
    summary: 'How one logs in, and what this is',
    handle: ({ session }) => session,
  },
  {
    ...{ method: 'GET', path: '/api/me', may: 'look', answer: meSchema },
    summary: 'Who asks, and the limits of what they may do',
    handle: ({ policy }, { who }) => ({
      ...{ subject: who.subject, roles: [...who.roles], forces: [...who.forces] },
      policy: {
        maxSilenceMs: policy.maxSilence,
        acknowledgementLastsMs: policy.acknowledgementLasts,
        timeZone: policy.timeZone,
      },
    }),
  },
  {
    ...{ method: 'GET', path: '/api/queue', may: 'look', query: queueQuery },
    summary: 'What waits, and what was not answered; children first',
    answer: z.strictObject({ total: z.int(), rows: z.array(queueRowSchema) }),
    handle({ picture }, { who, query }) {
      const { force, area, grade, child, target, alarm, limit } = queueQuery.parse(query);
      const rows = [...picture.rows()].filter(
        (row) =>
          sees(who, row.forceId) &&
          [
            [force, row.forceId],
            [area, row.areaId],
            [grade, row.grade],
            [child, row.child],
            [target, row.target],
            [alarm, row.alarm],
          ].every(([wanted, has]) => wanted === undefined || wanted === has),
      );
      rows.sort(byUrgency);
      return { total: rows.length, rows: rows.slice(0, limit) };
    },
  },
  {
    ...{ method: 'GET', path: '/api/incidents/:incidentId', may: 'look', params: incidentParams },
    summary: 'One incident: facts, clocks, alerts and why',
    answer: storySchema,
    handle({ picture, policy }, { who, params }) {
      const { incidentId } = incidentParams.parse(params);
      const held = heldBy(picture, who, incidentId);
      return storyOf(held, picture.actionsOn(held.id), policy, picture.engine.clock());
    },
  },
  figuresRoute(
    '/api/attainment',
    'Attainment over the rolling windows',
    'attainment',
    attainmentSchema,
  ),
  figuresRoute('/api/backlog', 'What is open, and the oldest of it', 'backlog', backlogSchema),
  figuresRoute('/api/feeds', 'When each source was heard, and the lag', 'feeds', feedsSchema),
  figuresRoute('/api/alarms', 'The alarms as a system', 'alarms', alarmFiguresSchema),
  {
    ...{ method: 'GET', path: '/api/notices', may: 'look', answer: z.array(noticeSchema) },
    summary: 'What is worth knowing and needs no answer, the newest first',
    handle: ({ picture }, { who }) =>
      picture.notices().filter(({ forceId }) => forceId === undefined || sees(who, forceId)),
  },
  {
    ...{ method: 'POST', path: '/api/alerts/:alertId/acknowledgement', may: 'act' },
    ...{ params: alertParams, body: acknowledgeSchema, answer: done },
    summary: 'Takes an alert on',
    async handle({ picture, publish, logger }, { who, params, body }) {
      const { alertId } = alertParams.parse(params);
      const { incidentId, note } = acknowledgeSchema.parse(body);
      const held = heldBy(picture, who, incidentId);
      if (!held.record.said.some((said) => said.alertId === alertId)) throw notFound();
      await publish({
        ...{ kind: 'alert-acknowledged', incidentId: held.id, alertId: alertId as AlertId },
        ...{ by: who.subject, role: 'operator', at: picture.engine.clock() },
        ...(note === undefined || note === '' ? {} : { note }),
      });
      logger.info('acknowledged an alert', { by: who.subject, alertId, incidentId: held.id });
      return { status: 'accepted' };
    },
  },
  {
    ...{ method: 'POST', path: '/api/silences', may: 'act', body: silenceSchema, answer: done },
    summary: 'Silences an incident, or a target in an area, for a while',
    async handle(room, { who, body }) {
      const { picture, policy, publish, logger } = room;
      const { scope, minutes, reason } = silenceSchema.parse(body);
      if (minutes * 60_000 > policy.maxSilence) {
        throw new Refused(400, `minutes: the policy allows ${policy.maxSilence / 60_000} at most`);
      }
      const from = picture.engine.clock();
      const meant = silenceScope(room, who, scope);
      const until = plus(from, minutes * 60_000);
      await publish({ kind: 'alert-silenced', ...meant, from, until, by: who.subject, reason });
      logger.info('silenced alerts', {
        by: who.subject,
        ...(meant.incidentId === undefined ? {} : { incidentId: meant.incidentId }),
        ...(meant.target === undefined ? {} : { target: meant.target }),
      });
      return { status: 'accepted' };
    },
  },
];

function figuresRoute<K extends keyof Figures>(
  path: string,
  summary: string,
  part: K,
  answer: z.ZodType,
): Route {
  return {
    ...{ method: 'GET', path, summary, may: 'look', answer },
    handle({ picture }, { who }) {
      const figures = picture.figures();
      if (figures === undefined) throw new Refused(503, 'the figures are not there yet; ask again');
      return picture.figuresFor((forceId) => sees(who, forceId), figures)[part];
    },
  };
}

type SilenceScope = z.infer<typeof silenceSchema>['scope'];
type Silenced = Extract<Action, { readonly kind: 'alert-silenced' }>;

function silenceScope(
  { picture, policy }: Room,
  who: Identity,
  scope: SilenceScope,
): Pick<Silenced, 'incidentId' | 'forceId' | 'target' | 'areaId'> {
  if ('incidentId' in scope) {
    const held = heldBy(picture, who, scope.incidentId);
    const asking = held.rows.filter(({ alert }) => alert !== undefined);
    if (asking.length > 0 && asking.every(({ severity }) => severity === 'critical')) {
      throw new Refused(409, 'a critical alert cannot be silenced');
    }
    return { incidentId: held.id, forceId: held.state.forceId };
  }
  if (!sees(who, scope.forceId)) throw notFound();
  if (!policy.targets.some(({ name }) => name === scope.target)) throw notFound();
  // Checked against the schema; the brands exist for the compiler only.
  return scope as Pick<Silenced, 'forceId' | 'target' | 'areaId'>;
}

/** An incident of a force that somebody may see; of another it is not even said that it exists. */
function heldBy(picture: Picture, who: Identity, incidentId: string) {
  const held = picture.incident(incidentId as IncidentId);
  if (held === undefined || !sees(who, held.state.forceId)) throw notFound();
  return held;
}

function notFound(): Refused {
  return new Refused(404, 'there is nothing of that name that you may see');
}

const childOrder = { involved: 0, unknown: 1, 'not-involved': 2 } as const;

/** Children first, then possible children; in each the longest overdue, then the least time left. */
function byUrgency(a: z.infer<typeof queueRowSchema>, b: z.infer<typeof queueRowSchema>): number {
  const never = Number.POSITIVE_INFINITY;
  return childOrder[a.child] - childOrder[b.child] || (a.dueAt ?? never) - (b.dueAt ?? never);
}
