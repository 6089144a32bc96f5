import { startAttendanceConsumer } from '@vigil/attendance-consumer/attendance-consumer';
import { startBreachDetector } from '@vigil/breach-detector/breach-detector';
import { type ControlRoomOptions, startControlRoom } from '@vigil/control-room/control-room';
import { openEmbedded } from '@vigil/deployment/embedded';
import type {
  AreaId,
  Fact,
  FactId,
  ForceId,
  IncidentId,
  SourceId,
  UnitId,
} from '@vigil/domain/facts/fact';
import { topicOf } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { startIncidentConsumer } from '@vigil/incident-consumer/incident-consumer';
import { createLogger } from '@vigil/service-kit/logging';
import { createMetrics } from '@vigil/service-kit/metrics';

const policy = parsePolicy(
  `timeZone: Europe/London
grace: PT0.1S
acknowledgementLasts: PT5S
targets:
  - { name: child-priority-attendance, milestone: attended, grades: [priority], child: involved,
      within: PT60M, severity: { warning: medium, breach: high, escalation: critical } }
objectives:
  - { name: priority-within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H, P1D], minimumIncidents: 20 }
`,
  'policy',
);
const hour = 3_600_000;

/** A control room over all services in this process, on the machine's clock. */
export interface LocalRoom {
  readonly url: string;
  /** What was logged, a line each. */
  readonly log: readonly string[];
  /** A child's priority incident whose hour is over in so many milliseconds. */
  create(incident: string, dueInMs: number, forceId?: string): Promise<void>;
  attend(incident: string): Promise<void>;
  stop(): Promise<void>;
}

type Changes = Partial<Pick<ControlRoomOptions, 'oidc' | 'host'>>;

/** Starts one on a free port; nothing is kept when it stops. */
export async function openLocalRoom(changes: Changes = {}): Promise<LocalRoom> {
  const log: string[] = [];
  const logger = createLogger({
    ...{ service: 'control-room', level: 'info' },
    destination: { write: (line) => log.push(line) },
  });
  const clock = (): Instant => Date.now() as Instant;
  const partitions = 2;
  const { engine, codec, close } = await openEmbedded({
    ...{ policy, clock, partitions, tickMs: 5, observe: () => {} },
  });
  const running = await Promise.all(
    [startIncidentConsumer, startAttendanceConsumer, startBreachDetector].map((start) =>
      start(engine, 500),
    ),
  );
  const room = await startControlRoom({
    ...{ engine, codec, partitions, logger, metrics: createMetrics('control-room') },
    ...{ host: '127.0.0.1', port: 0, operators: 1, health: true, speed: 1 },
    ...{ rehearsal: false, scanMs: 500 },
    ...changes,
  });
  const append = (fact: Fact): Promise<void> =>
    engine.log.append(codec.topics.input[topicOf[fact.type]], [codec.encodeFact(fact)]);
  return {
    url: room.url,
    log,
    create: (incident, dueInMs, forceId = 'northmoor') =>
      append({
        type: 'incident-created',
        ...base(incident, plus(clock(), dueInMs - hour)),
        ...{ forceId: forceId as ForceId, areaId: `${forceId}-docks` as AreaId },
        ...{ grade: 'priority', childInvolvement: 'involved' },
      }),
    attend: (incident) =>
      append({ type: 'officer-attended', ...base(incident, clock()), unitId: 'NM21' as UnitId }),
    async stop() {
      await room.stop();
      await Promise.all(running.map((one) => one.stop()));
      await close();
    },
  };
}

let facts = 0;

function base(incident: string, at: Instant) {
  return {
    id: `f${++facts}` as FactId,
    source: 'urn:police:example:cad' as SourceId,
    incidentId: incident as IncidentId,
    at,
  };
}
