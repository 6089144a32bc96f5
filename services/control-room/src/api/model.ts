/**
 * What the control room's API says, as zod schemas: the server answers with them, `openapi.json` is made
 * of them, the page takes its types from them. Instants are milliseconds since 1970 UTC; ids as in facts.
 */
import { childInvolvements, grades } from '@vigil/domain/facts/fact';
import { milestones, severities } from '@vigil/domain/ledger/alert';
import { z } from 'zod';

const instant = z.int();

/** The clock that the page counts by: in a rehearsal it runs `speed` times as fast as the wall's. */
export const clockSchema = z.strictObject({ now: instant, speed: z.number().positive() });
export type Clock = z.infer<typeof clockSchema>;

/** Alarm states as in ISA-18.2; `waiting` is an incident that is watched and has no alert yet. */
export const alarmStates = [
  'waiting',
  'unacknowledged',
  'acknowledged',
  'returned-unacknowledged',
  'shelved',
] as const;

/** One incident and one target: the unit that is ranked, counted down and acknowledged. */
export const queueRowSchema = z.strictObject({
  /** `incidentId|target`. */
  id: z.string(),
  incidentId: z.string(),
  target: z.string(),
  forceId: z.string(),
  areaId: z.string().optional(),
  grade: z.enum(grades),
  child: z.enum(childInvolvements),
  milestone: z.enum(milestones),
  severity: z.enum(severities),
  /** `watched` before any alert; `cleared` when it ended and nobody has acknowledged it. */
  phase: z.union([
    z.enum(['watched', 'warning', 'breach', 'cleared']),
    z.templateLiteral(['escalation-', z.int()]),
  ]),
  beginAt: instant.optional(),
  dueAt: instant.optional(),
  /** When the phase began. */
  phaseAt: instant,
  clearedReason: z.string().optional(),
  allocated: z.boolean(),
  contacted: z.boolean(),
  alarm: z.enum(alarmStates),
  /** The alert that wants an answer: what is acknowledged. */
  alert: z
    .strictObject({
      alertId: z.string(),
      revision: z.int(),
      raisedAt: instant,
      confidence: z.enum(['confirmed', 'provisional']),
      late: z.string().optional(),
    })
    .optional(),
  acknowledged: z
    .strictObject({
      by: z.string(),
      role: z.string(),
      at: instant,
      note: z.string().optional(),
      /** It comes back unread then, if it is still a breach. */
      lapsesAt: instant,
    })
    .optional(),
  silenced: z
    .strictObject({ by: z.string(), reason: z.string(), from: instant, until: instant })
    .optional(),
  /** In breach for more than 24 hours: shown in the digest, not as new. */
  longStanding: z.boolean(),
});
export type QueueRow = z.infer<typeof queueRowSchema>;

/** What is worth knowing and needs no answer; it never makes a sound. */
export const noticeSchema = z.strictObject({
  id: z.string(),
  kind: z.enum([
    'cleared',
    'late',
    'retraction',
    'confirmation',
    'feed-silent',
    'feed-heard',
    'objective-missed',
    'objective-recovered',
    'long-standing',
    'catch-up',
  ]),
  at: instant,
  forceId: z.string().optional(),
  incidentId: z.string().optional(),
  target: z.string().optional(),
  /** One sentence for people. */
  text: z.string(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Whether what is shown is current. */
export const connectionSchema = z.strictObject({
  log: z.strictObject({ ok: z.boolean(), since: instant }),
  workingSet: z.strictObject({ ok: z.boolean(), since: instant }),
  /** Since when the picture may be wrong; absent while it is current. */
  staleSince: instant.optional(),
});
export type Connection = z.infer<typeof connectionSchema>;

export const attainmentSchema = z.array(
  z.strictObject({
    objective: z.string(),
    target: z.number(),
    forceId: z.string(),
    /** Absent: all areas together. */
    areaId: z.string().optional(),
    windows: z.array(
      z.strictObject({
        lengthMs: z.int(),
        within: z.int(),
        missed: z.int(),
        /** Within of all settled, 0 to 1; null when none settled. */
        attainment: z.number().nullable(),
        medianMs: z.number().nullable(),
        p90Ms: z.number().nullable(),
        samples: z.int(),
      }),
    ),
  }),
);
export type Attainment = z.infer<typeof attainmentSchema>;

const backlogCountSchema = z.strictObject({ count: z.int(), oldestAt: instant.nullable() });
export const backlogSchema = z.strictObject({
  asOf: instant,
  groups: z.array(
    z.strictObject({
      forceId: z.string(),
      areaId: z.string().optional(),
      grade: z.enum(grades),
      child: z.enum(childInvolvements),
      /** Open and unattended, unallocated, not yet contacted (semantics 9). */
      unattended: backlogCountSchema,
      unallocated: backlogCountSchema,
      uncontacted: backlogCountSchema,
    }),
  ),
});
export type Backlog = z.infer<typeof backlogSchema>;

export const feedsSchema = z.strictObject({
  sources: z.array(
    z.strictObject({
      source: z.string(),
      heardAt: instant.nullable(),
      silentAfterMs: z.int(),
      silent: z.boolean(),
    }),
  ),
  topics: z.array(
    z.strictObject({
      topic: z.string(),
      /** Records not yet read and seconds of event time behind, over all partitions the worst. */
      lagRecords: z.int().nullable(),
      lagMs: z.int().nullable(),
    }),
  ),
});
export type Feeds = z.infer<typeof feedsSchema>;

/** The alarm system looked at as one: EEMUA 191, ISA-18.2. */
export const alarmFiguresSchema = z.strictObject({
  operators: z.int(),
  /** Alarms in each ten minutes of the last 24 hours, oldest first. */
  perTenMinutes: z.array(z.int()),
  /** Alarms per operator and ten minutes: over the last hour and the last 24; at most 1 is wanted. */
  rateLastHour: z.number(),
  rateLastDay: z.number(),
  /** Ten-minute periods with more than 10 alarms for an operator, and whether one is on now. */
  floods: z.int(),
  floodNow: z.boolean(),
  /** Shares of severities over 24 hours, 0 to 1; about 5/15/80 for critical+high/medium/low is wanted. */
  severities: z.record(z.enum(severities), z.number()),
  /** Standing for more than 24 hours. */
  stale: z.int(),
  unacknowledged: z.int(),
  shelved: z.int(),
  /** Median time from an alarm to its acknowledgement over 24 hours; null when none was. */
  medianToAcknowledgeMs: z.number().nullable(),
});
export type AlarmFigures = z.infer<typeof alarmFiguresSchema>;

export const figuresSchema = z.strictObject({
  attainment: attainmentSchema,
  backlog: backlogSchema,
  feeds: feedsSchema,
  alarms: alarmFiguresSchema,
});
export type Figures = z.infer<typeof figuresSchema>;

/** `GET /api/session`, the one route that needs no token. */
export const sessionSchema = z.strictObject({
  /** `none` in embedded mode, which listens on 127.0.0.1 only and says so. */
  login: z.union([
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('oidc'), issuer: z.url(), clientId: z.string() }),
  ]),
  /** The deployment's name, for the page's title; `rehearsal` when the facts are played. */
  deployment: z.string(),
  rehearsal: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** `GET /api/me`. */
export const meSchema = z.strictObject({
  subject: z.string(),
  roles: z.array(z.enum(['viewer', 'operator', 'auditor'])),
  /** The forces that may be seen; `*` for all. */
  forces: z.array(z.string()),
  /** What the page says of the policy: the limits of actions, and the zone that times are shown in. */
  policy: z.strictObject({
    maxSilenceMs: z.int().positive(),
    acknowledgementLastsMs: z.int().positive(),
    timeZone: z.string(),
  }),
});
export type Me = z.infer<typeof meSchema>;

/** One incident's story: `GET /api/incidents/:incidentId`. Sentences are made by `explain`. */
export const storySchema = z.strictObject({
  incidentId: z.string(),
  forceId: z.string(),
  policyVersion: z.string(),
  now: instant,
  facts: z.array(
    z.strictObject({
      at: instant,
      type: z.string(),
      id: z.string(),
      source: z.string(),
      /** What it says and the state after it, for people. */
      text: z.string(),
      position: z
        .strictObject({ topic: z.string(), partition: z.int(), offset: z.string() })
        .optional(),
    }),
  ),
  clocks: z.array(
    z.strictObject({
      target: z.string(),
      milestone: z.enum(milestones),
      beginAt: instant.optional(),
      dueAt: instant.optional(),
      reachedAt: instant.optional(),
      text: z.string(),
    }),
  ),
  alerts: z.array(
    z.strictObject({
      alertId: z.string(),
      target: z.string(),
      phase: z.string(),
      at: instant,
      severity: z.enum(severities).optional(),
      standing: z.boolean(),
      text: z.string(),
    }),
  ),
  actions: z.array(
    z.strictObject({ at: instant, kind: z.string(), by: z.string(), text: z.string() }),
  ),
  rows: z.array(queueRowSchema),
});
export type Story = z.infer<typeof storySchema>;

/** `POST /api/alerts/:alertId/acknowledgement`. */
export const acknowledgeSchema = z.strictObject({
  incidentId: z.string().min(1).max(128),
  note: z.string().trim().max(500).optional(),
});
/** `POST /api/silences`: an incident, or a target in an area. At most the policy's `maxSilence`. */
export const silenceSchema = z.strictObject({
  scope: z.union([
    z.strictObject({ incidentId: z.string().min(1).max(128) }),
    z.strictObject({ forceId: z.string(), target: z.string(), areaId: z.string() }),
  ]),
  minutes: z.int().min(1).max(1440),
  reason: z.string().trim().min(3).max(500),
});

/** An error of any route: RFC 9457 problem details. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
});

/**
 * The events of `GET /api/stream` (server-sent events, `event:` is the key, `data:` JSON of the value).
 * The first is a `snapshot`, or after `Last-Event-ID` only what changed since, where that is known. The
 * id is the positions read in the log, so that any instance can go on from another's.
 */
export const streamEvents = {
  snapshot: z.strictObject({
    clock: clockSchema,
    rows: z.array(queueRowSchema),
    notices: z.array(noticeSchema),
    connection: connectionSchema,
    figures: figuresSchema,
  }),
  /** Rows that changed or came, whole, and the ids of rows that left. */
  rows: z.strictObject({ changed: z.array(queueRowSchema), gone: z.array(z.string()) }),
  /** New alarms to draw attention to; after an outage or at switch-on one summary, the worst first. */
  raised: z.union([
    z.strictObject({ kind: z.literal('alarms'), rows: z.array(z.string()) }),
    z.strictObject({ kind: z.literal('summary'), count: z.int(), worst: z.array(z.string()) }),
  ]),
  notices: z.array(noticeSchema),
  figures: figuresSchema,
  connection: connectionSchema,
  clock: clockSchema,
} as const;
export type StreamEvents = { [K in keyof typeof streamEvents]: z.infer<(typeof streamEvents)[K]> };
