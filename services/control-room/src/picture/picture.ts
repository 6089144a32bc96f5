/**
 * The picture of the control room: what every open incident waits for, kept up to date from the working
 * set and the topics. Each instance makes its own; nothing in it is kept.
 *
 *     alert topic ──► notices, alarms, and which incident to look at again at once
 *     actions     ──► acknowledgements, silences
 *     working set ──► the incidents themselves: due ones every second, known ones every few, all in a round
 */
import { EventEmitter } from 'node:events';
import type { IncidentState } from '@vigil/domain/assessment/state';
import { type IncidentId, inputTopics } from '@vigil/domain/facts/fact';
import type { Action } from '@vigil/domain/ledger/action';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import { alarmRates, type RaisedAlarm } from '@vigil/domain/queue/alarm-figures';
import { standingsOf } from '@vigil/domain/queue/standing';
import type { Instant } from '@vigil/domain/time/instant';
import { type IncidentRecord, retired } from '@vigil/engine/incident-record';
import type { Engine } from '@vigil/engine/ports';
import { deserialise } from '@vigil/engine/stored-incident';
import type { Shard, StoredIncident } from '@vigil/working-set/port';
import type { Connection, Figures, Notice, QueueRow, StreamEvents } from '../api/model.ts';
import { backlogOf } from './backlog.ts';
import { alarmFiguresOf, attainmentOf, feedsOf } from './figures.ts';
import { type Published, rowsOf } from './incident.ts';
import { noticeOf } from './notices.ts';

/** An incident that is held: its record, and what of it is shown. */
export interface Held {
  readonly id: IncidentId;
  readonly shard: Shard;
  readonly version: number;
  readonly record: IncidentRecord;
  readonly state: IncidentState;
  rows: readonly QueueRow[];
}

/** What changed; every event is about all forces, and is cut to what each reader may see. */
export interface PictureEvents {
  rows: [StreamEvents['rows'], gone: readonly QueueRow[]];
  raised: [readonly QueueRow[]];
  notices: [readonly Notice[]];
  figures: [Figures];
  connection: [Connection];
}

export const pictureLimits = {
  /** Milliseconds of real time between two looks at due times, and at known incidents. */
  dueMs: 1_000,
  knownMs: 5_000,
  figuresMs: 5_000,
  /** Milliseconds for which changes are gathered before they are told. */
  gatherMs: 25,
  incidentsAtOnce: 500,
  dueAtOnce: 20_000,
  notices: 500,
  /** Alarms of 24 hours that are remembered for the rates. */
  alarms: 100_000,
} as const;

const dayMs = 24 * 3_600_000;

/** Everything the page shows, as it stands now. */
export class Picture extends EventEmitter<PictureEvents> {
  readonly engine: Engine;
  readonly partitions: number;
  readonly #held = new Map<IncidentId, Held>();
  readonly #rows = new Map<string, QueueRow>();
  readonly #published = new Map<AlertId, Published>();
  readonly #actions: Action[] = [];
  readonly #alarms: (RaisedAlarm & { readonly alertId: AlertId; readonly forceId: string })[] = [];
  readonly #acknowledged = new Map<AlertId, Instant>();
  readonly #due = new Map<IncidentId, Instant>();
  #notices: Notice[] = [];
  #figures: Figures | undefined;

  constructor(engine: Engine, partitions: number) {
    super();
    this.engine = engine;
    this.partitions = partitions;
  }

  rows(): Iterable<QueueRow> {
    return this.#rows.values();
  }

  notices(): readonly Notice[] {
    return this.#notices;
  }

  incident(id: IncidentId): Held | undefined {
    return this.#held.get(id);
  }

  actionsOn(id: IncidentId): readonly Action[] {
    return this.#actions.filter((action) => action.incidentId === id);
  }

  /** The force of an alert that stands, for who may act on it. */
  rowOfAlert(alertId: string): QueueRow | undefined {
    for (const row of this.#rows.values()) if (row.alert?.alertId === alertId) return row;
    return undefined;
  }

  figures(): Figures | undefined {
    return this.#figures;
  }

  shardOf(partition: number): Shard {
    return { deployment: this.engine.deployment, partition };
  }

  /** Takes what was published in; incidents about which something was said are to be looked at again. */
  takeLedger(records: readonly LedgerRecord[]): readonly IncidentId[] {
    const ids = new Set<IncidentId>();
    const notices: Notice[] = [];
    for (const record of records) {
      if ('incidentId' in record) ids.add(record.incidentId);
      const notice = noticeOf(record);
      if (notice !== undefined) notices.push(notice);
      if (record.kind !== 'alert') continue;
      const { raisedAt, late, confidence, severity, reason, alertId, forceId, phase } = record;
      this.#published.set(alertId, {
        ...{ raisedAt, confidence, severity },
        ...(late === undefined ? {} : { late }),
        ...(reason === undefined ? {} : { reason }),
      });
      if (phase !== 'cleared') this.#alarms.push({ raisedAt, severity, alertId, forceId });
    }
    if (this.#alarms.length > pictureLimits.alarms) this.#alarms.splice(0, this.#alarms.length / 2);
    this.#notices = [...notices.toReversed(), ...this.#notices].slice(0, pictureLimits.notices);
    if (notices.length > 0) this.emit('notices', notices);
    return [...ids];
  }

  /** Takes what people did in. */
  takeActions(actions: readonly Action[]): void {
    for (const action of actions) {
      this.#actions.push(action);
      if (action.kind === 'alert-acknowledged') this.#acknowledged.set(action.alertId, action.at);
    }
    this.refresh();
  }

  /** Takes in what the working set holds of incidents; none: it is no longer there. */
  takeIncidents(
    shard: Shard,
    stored: ReadonlyMap<IncidentId, StoredIncident>,
    asked: Iterable<IncidentId> = stored.keys(),
  ): void {
    const changed: Held[] = [];
    const gone: IncidentId[] = [];
    for (const id of asked) {
      const one = stored.get(id);
      const known = this.#held.get(id);
      if (one !== undefined && known?.version === one.version) continue;
      const held =
        one === undefined || one.record === retired ? undefined : this.#hold(id, shard, one);
      if (held === undefined) gone.push(id);
      else changed.push(held);
    }
    for (const id of gone) this.#drop(id);
    this.#show(changed);
  }

  #hold(id: IncidentId, shard: Shard, { version, record: text }: StoredIncident): Held | undefined {
    const record = deserialise(id, text);
    const facts = record.facts.map(({ fact }) => fact);
    const found = standingsOf(facts, this.engine.policy, this.engine.clock());
    if (found === undefined) return undefined;
    const held = { id, shard, version, record, state: found.state, rows: [] };
    // What is closed and has nothing to show is let go: the working set keeps it for weeks.
    if (found.state.open || this.#rowsOf(held).length > 0) return held;
    return undefined;
  }

  #rowsOf({ id, record }: Held): readonly QueueRow[] {
    const actions = this.#actions.filter(
      (action) => action.incidentId === undefined || action.incidentId === id,
    );
    const { policy, clock } = this.engine;
    return rowsOf(id, record, { policy, now: clock(), published: this.#published, actions });
  }

  #drop(id: IncidentId): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    for (const row of held.rows) this.#rows.delete(row.id);
    if (held.rows.length > 0) {
      this.emit('rows', { changed: [], gone: held.rows.map((row) => row.id) }, held.rows);
    }
  }

  /** Makes the rows of incidents anew, and tells what is different. */
  #show(incidents: Iterable<Held>): void {
    const changed: QueueRow[] = [];
    const gone: QueueRow[] = [];
    const raised: QueueRow[] = [];
    for (const next of incidents) {
      const known = this.#held.get(next.id);
      const rows = this.#rowsOf(next);
      for (const old of known?.rows ?? []) {
        if (rows.some((row) => row.id === old.id)) continue;
        this.#rows.delete(old.id);
        gone.push(old);
      }
      for (const row of rows) {
        const before = this.#rows.get(row.id);
        if (JSON.stringify(before) === JSON.stringify(row)) continue;
        this.#rows.set(row.id, row);
        changed.push(row);
        if (row.alarm === 'unacknowledged' && isNew(before, row)) raised.push(row);
      }
      if (!next.state.open && rows.length === 0) this.#held.delete(next.id);
      else this.#held.set(next.id, Object.assign(next, { rows }));
    }
    if (changed.length + gone.length === 0) return;
    this.emit('rows', { changed, gone: gone.map(({ id }) => id) }, gone);
    if (raised.length > 0) this.emit('raised', raised);
  }

  /** Time alone changes rows too: an acknowledgement lapses, a silence ends, a day is over. */
  refresh(): void {
    const timed = [...this.#held.values()].filter(({ rows }) =>
      rows.some(({ alarm }) => alarm !== 'waiting'),
    );
    this.#show(timed);
  }

  /** Incidents that the due times of a shard know and the picture does not, or not so. */
  unknownAmong(due: readonly { readonly id: IncidentId; readonly due: Instant }[]): IncidentId[] {
    return due.flatMap(({ id, due: at }) => {
      if (this.#due.get(id) === at) return [];
      this.#due.set(id, at);
      return [id];
    });
  }

  /** The incidents held of a shard. */
  heldOf(partition: number): IncidentId[] {
    return [...this.#held.values()].flatMap(({ id, shard }) =>
      shard.partition === partition ? [id] : [],
    );
  }

  /** Figures for those who may see some forces; all without a filter. */
  figuresFor(sees: (forceId: string) => boolean, figures: Figures): Figures {
    const now = this.engine.clock();
    const own = (one: { readonly forceId: string }): boolean => sees(one.forceId);
    const alarms = this.#alarms.filter(own).map((alarm): RaisedAlarm => {
      const acknowledgedAt = this.#acknowledged.get(alarm.alertId);
      return { ...alarm, ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }) };
    });
    const { operators } = figures.alarms;
    return {
      ...figures,
      attainment: figures.attainment.filter(own),
      backlog: { ...figures.backlog, groups: figures.backlog.groups.filter(own) },
      alarms: alarmFiguresOf(
        alarmRates(alarms, operators, now),
        [...this.#rows.values()].filter(own),
        operators,
      ),
    };
  }

  /** Asks the working set and the log for the figures, and tells them. */
  async lookAtFigures(operators: number): Promise<void> {
    const { workingSet, policy, clock, log, codec } = this.engine;
    const slots = new Map<string, number>();
    const states = [];
    const lag = new Map<string, number>();
    for (let partition = 0; partition < this.partitions; partition++) {
      const shard = this.shardOf(partition);
      states.push(await workingSet.shard(shard));
      for (const [key, count] of await workingSet.slots(shard)) {
        slots.set(key, (slots.get(key) ?? 0) + count);
      }
    }
    for (const topic of inputTopics) {
      // Where the log does not answer the lag is not known, and the connection says since when.
      const offsets = await log.offsets(codec.topics.input[topic]).catch(() => undefined);
      if (offsets === undefined) continue;
      const behind = states.map((state, partition) => {
        const { first = 0n, end = 0n } = offsets.get(partition) ?? {};
        return Number(end - (state.offsets.get(topic) ?? first));
      });
      lag.set(
        topic,
        behind.reduce((sum, count) => sum + Math.max(0, count), 0),
      );
    }
    const now = clock();
    while (this.#alarms[0] !== undefined && now - this.#alarms[0].raisedAt > dayMs)
      this.#alarms.shift();
    const alarms = alarmFiguresOf(alarmRates([], operators, now), [], operators);
    this.#figures = {
      attainment: attainmentOf(slots, policy, now),
      backlog: {
        asOf: now,
        groups: [...backlogOf([...this.#held.values()].map(({ state }) => state))],
      },
      feeds: feedsOf(states, lag, policy, now),
      alarms,
    };
    this.emit('figures', this.#figures);
  }
}

/** Whether an alarm asks for attention that did not before: another alert, or one that came back. */
function isNew(before: QueueRow | undefined, row: QueueRow): boolean {
  return before?.alert?.alertId !== row.alert?.alertId || before?.alarm === 'acknowledged';
}
