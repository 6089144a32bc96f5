/**
 * The stream: every change goes to each browser that may see it. What one scope of forces may see is cut
 * out and written once, however many browsers have that scope.
 */
import type { ServerResponse } from 'node:http';
import type { QueueRow, StreamEvents } from '../api/model.ts';
import type { Picture } from '../picture/picture.ts';
import { type Identity, sees } from './identity.ts';

type Kind = keyof StreamEvents;

/** An event for all forces, and how it is cut to those that somebody may see. */
interface HubEvent {
  readonly id: string;
  readonly kind: Kind;
  readonly cut: (sees: (forceId: string) => boolean) => unknown;
}

interface Browser {
  readonly response: ServerResponse;
  readonly identity: Identity;
  readonly scope: string;
}

/** Bytes a browser may be behind before it is let go: it connects again and gets a new picture. */
const behindBytes = 4 * 1024 * 1024;
/** Events that a browser may have missed and still be told one by one. */
const remembered = 2_000;
/** Above this many new alarms at once they are one summary: nobody answers hundreds. */
const alarmsAtOnce = 10;
const worstListed = 20;
const clockEveryMs = 5_000;
const maxBrowsers = 2_000;

/** Sends the picture and its changes to browsers. */
export class Hub {
  readonly #picture: Picture;
  readonly #speed: number;
  readonly #connection: () => StreamEvents['connection'];
  readonly #instance: string;
  readonly #browsers = new Set<Browser>();
  readonly #events: HubEvent[] = [];
  readonly #clock: NodeJS.Timeout;
  #count = 0;

  constructor(
    picture: Picture,
    options: {
      readonly instance: string;
      readonly speed: number;
      readonly connection: () => StreamEvents['connection'];
    },
  ) {
    this.#picture = picture;
    this.#speed = options.speed;
    this.#connection = options.connection;
    this.#instance = options.instance;
    picture.on('rows', ({ changed }, gone) => {
      this.#tell('rows', (may) => {
        const own = changed.filter(({ forceId }) => may(forceId));
        const left = gone.filter(({ forceId }) => may(forceId)).map(({ id }) => id);
        return own.length + left.length === 0 ? undefined : { changed: own, gone: left };
      });
    });
    picture.on('raised', (rows) => this.#tell('raised', (may) => raisedOf(rows, may)));
    picture.on('notices', (notices) =>
      this.#tell('notices', (may) => {
        const own = notices.filter(({ forceId }) => forceId === undefined || may(forceId));
        return own.length === 0 ? undefined : own;
      }),
    );
    picture.on('figures', (figures) =>
      this.#tell('figures', (may) => picture.figuresFor(may, figures)),
    );
    picture.on('connection', (connection) => this.#tell('connection', () => connection));
    this.#clock = setInterval(() => this.#tell('clock', () => this.#now()), clockEveryMs);
    this.#clock.unref();
  }

  get browsers(): number {
    return this.#browsers.size;
  }

  /** @returns false when there are too many. */
  join(response: ServerResponse, identity: Identity, lastId: string | undefined): boolean {
    if (this.#browsers.size >= maxBrowsers) return false;
    const browser = { response, identity, scope: scopeOf(identity) };
    this.#browsers.add(browser);
    response.once('close', () => this.#browsers.delete(browser));
    const missed = this.#missedSince(lastId);
    const may = (forceId: string): boolean => sees(identity, forceId);
    if (missed === undefined) this.#send(browser, this.#idNow(), 'snapshot', this.#snapshot(may));
    for (const { id, kind, cut } of missed ?? []) {
      const value = cut(may);
      if (value !== undefined) this.#send(browser, id, kind, value);
    }
    this.#send(browser, this.#idNow(), 'clock', this.#now());
    return true;
  }

  close(): void {
    clearInterval(this.#clock);
    for (const { response } of this.#browsers) response.end();
  }

  #now(): StreamEvents['clock'] {
    return { now: this.#picture.engine.clock(), speed: this.#speed };
  }

  #idNow(): string {
    return `${this.#instance}-${this.#count}`;
  }

  /** None when it is not known what was missed: another instance's id, or one long ago. */
  #missedSince(lastId: string | undefined): readonly HubEvent[] | undefined {
    if (lastId === this.#idNow()) return [];
    const place = this.#events.findIndex(({ id }) => id === lastId);
    return place === -1 ? undefined : this.#events.slice(place + 1);
  }

  #snapshot(may: (forceId: string) => boolean): StreamEvents['snapshot'] {
    const picture = this.#picture;
    const figures = picture.figures() ?? emptyFigures(picture.engine.clock());
    return {
      clock: this.#now(),
      rows: [...picture.rows()].filter(({ forceId }) => may(forceId)),
      notices: picture.notices().filter(({ forceId }) => forceId === undefined || may(forceId)),
      connection: this.#connection(),
      figures: picture.figuresFor(may, figures),
    };
  }

  #tell(kind: Kind, cut: HubEvent['cut']): void {
    const id = `${this.#instance}-${++this.#count}`;
    this.#events.push({ id, kind, cut });
    if (this.#events.length > remembered) this.#events.splice(0, remembered / 2);
    const written = new Map<string, string | undefined>();
    for (const browser of this.#browsers) {
      const { scope, identity } = browser;
      if (!written.has(scope)) {
        const value = cut((forceId) => sees(identity, forceId));
        written.set(scope, value === undefined ? undefined : textOf(id, kind, value));
      }
      const text = written.get(scope);
      if (text !== undefined) this.#write(browser, text);
    }
  }

  #send(browser: Browser, id: string, kind: Kind, value: unknown): void {
    this.#write(browser, textOf(id, kind, value));
  }

  #write({ response }: Browser, text: string): void {
    if (response.writableLength > behindBytes) response.destroy();
    else response.write(text);
  }
}

function textOf(id: string, kind: Kind, value: unknown): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(value)}\n\n`;
}

function scopeOf({ forces }: Identity): string {
  return forces.includes('*') ? '*' : forces.toSorted().join('\u0000');
}

/** Few alarms are told one by one; many at once, or old ones, are one summary, the worst first. */
function raisedOf(
  rows: readonly QueueRow[],
  may: (forceId: string) => boolean,
): StreamEvents['raised'] | undefined {
  const own = rows.filter(({ forceId }) => may(forceId));
  const fresh = own.filter(({ alert, longStanding }) => {
    return !longStanding && alert?.late !== 'outage' && alert?.late !== 'lag';
  });
  if (own.length === 0) return undefined;
  if (fresh.length === own.length && own.length <= alarmsAtOnce) {
    return { kind: 'alarms', rows: own.map(({ id }) => id) };
  }
  const worst = own.toSorted(byRisk).slice(0, worstListed);
  return { kind: 'summary', count: own.length, worst: worst.map(({ id }) => id) };
}

const childOrder = { involved: 0, unknown: 1, 'not-involved': 2 } as const;

function byRisk(a: QueueRow, b: QueueRow): number {
  return childOrder[a.child] - childOrder[b.child] || (a.dueAt ?? 0) - (b.dueAt ?? 0);
}

function emptyFigures(asOf: number): StreamEvents['figures'] {
  return {
    attainment: [],
    backlog: { asOf, groups: [] },
    feeds: { sources: [], topics: [] },
    alarms: {
      ...{ operators: 1, perTenMinutes: [], rateLastHour: 0, rateLastDay: 0, floods: 0 },
      ...{ floodNow: false, severities: { low: 0, medium: 0, high: 0, critical: 0 } },
      ...{ stale: 0, unacknowledged: 0, shelved: 0, medianToAcknowledgeMs: null },
    },
  };
}
