import { bounds, count, type Faults, type Tally } from './faults.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export type ServerName = 'log' | 'working-set';

/** One question to a server. */
export interface Call<T> {
  readonly from: Machine;
  readonly to: ServerName;
  /** Names the kind of call; in traces, and for where machines die. */
  readonly what: string;
  /** What it does to the server, in one step. */
  readonly effect: () => T | Promise<T>;
  /** The failure of a call that got no answer. */
  readonly lost: (why: string) => Error;
  /** It may take effect twice. */
  readonly repeatable?: boolean;
}

/** Between machines and servers: every await of the engine on a port goes through here. */
export interface Network {
  call<T>(call: Call<T>): Promise<T>;
  /** Nothing passes between a machine and a server for a time. */
  cut(machine: Machine, server: ServerName, ms: number): void;
  /** A server answers nobody for a time; what is under way may be sent again when it is back. */
  takeDown(server: ServerName, ms: number): void;
  /** From now on there are no faults, and what is cut or down is back. */
  heal(): void;
}

interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  readonly tally: Tally;
  /** Ends the machine. */
  readonly crash: (machine: Machine, where: string) => void;
  /** Something went wrong for this machine alone: who was late after it has an excuse. */
  readonly disturbed: (ms: number) => void;
}

type Fate =
  | 'well'
  | 'crash-before'
  | 'crash-after'
  | 'stop-before'
  | 'stop-after'
  | 'lost-request'
  | 'lost-reply'
  | 'late'
  | 'repeated'
  | 'slow';

export function createNetwork(options: NetworkOptions): Network {
  const { scheduler, random, faults, tally, crash, disturbed } = options;
  const cuts = new Map<string, number>();
  const downUntil: Record<ServerName, number> = { log: 0, 'working-set': 0 };
  const calls = new Map<string, number>();
  let healed = false;

  const isCut = (from: Machine, to: ServerName): boolean =>
    scheduler.now() < (cuts.get(`${from.name} ${to}`) ?? 0);
  const isDown = (to: ServerName): boolean => scheduler.now() < downUntil[to];

  /** Calls that are made seldom are cut short about as often as those made all the time. */
  function fateOf({ what, repeatable = false }: Pick<Call<unknown>, 'what' | 'repeatable'>): Fate {
    if (healed) return 'well';
    const number = (calls.get(what) ?? 0) + 1;
    calls.set(what, number);
    if (random.chance(faults.crash / Math.min(number, 1_000))) {
      return random.pick(['crash-before', 'crash-after']);
    }
    if (random.chance(faults.stop / Math.min(number, 1_000))) {
      return random.pick(['stop-before', 'stop-after']);
    }
    if (random.chance(faults.lostRequest)) return 'lost-request';
    if (random.chance(faults.lostReply)) return 'lost-reply';
    if (random.chance(faults.late)) return 'late';
    if (repeatable && random.chance(faults.repeated)) return 'repeated';
    return random.chance(faults.slow) ? 'slow' : 'well';
  }

  function call<T>(one: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // What a dead machine still asks is never asked.
      if (one.from.isAlive()) journey(one, { resolve, reject });
    });
  }

  /** The way of one call to its server and back. */
  function journey<T>(one: Call<T>, reply: Reply<T>): void {
    const { from, to, what, lost } = one;
    const label = `${from.name} ${what}`;
    const fate = fateOf(one);
    if (fate !== 'well' && !fate.startsWith('crash')) count(tally, nameOf(fate));
    const stop = (): void => {
      const ms = random.between(bounds.session, bounds.freeze);
      disturbed(ms);
      from.freeze(ms);
    };
    const giveUp = (why: string): void => {
      disturbed(bounds.answer);
      scheduler.after(bounds.answer, `${label}: ${why}`, () =>
        from.wake(() => reply.reject(lost(why))),
      );
    };
    const takeEffectAgain = (ms: number, how: string): void =>
      scheduler.after(ms, `${label} takes effect ${how}`, () => {
        if (!isDown(to)) quietly(attempt(one));
      });

    const arrive = (): void => {
      if (isDown(to)) {
        const back = downUntil[to] - scheduler.now();
        if (back > 2 * bounds.answer || random.chance(0.5)) giveUp('the server is down');
        // A client may keep what it could not send, and send it when the server is back.
        else scheduler.after(back + random.between(0, bounds.slow), `${label}, again`, arrive);
      } else if (isCut(from, to) || fate === 'lost-request') {
        giveUp('the request is lost');
      } else if (fate === 'late') {
        giveUp('not yet answered');
        takeEffectAgain(bounds.answer + random.between(-500, 3_000), 'late');
      } else {
        const result = attempt(one);
        if (fate === 'stop-after') stop();
        if (fate === 'repeated') takeEffectAgain(random.between(1, 1_000), 'again');
        if (fate === 'crash-after') {
          count(tally, `${deathAt} after: ${what}`);
          crash(from, `after ${what}`);
        } else if (fate === 'lost-reply') {
          quietly(result);
          giveUp('the reply is lost');
        } else if (random.chance(0.1)) {
          const back = random.between(1, bounds.latency);
          scheduler.after(back, `${label}: the reply`, () => answer(one, reply, result));
        } else answer(one, reply, result);
      }
    };
    if (fate === 'crash-before') {
      count(tally, `${deathAt} before: ${what}`);
      crash(from, `before ${what}`);
    } else if (fate === 'stop-before') {
      stop();
      from.wake(arrive);
    } else {
      if (fate === 'slow') disturbed(bounds.slow);
      const delay = random.between(0, fate === 'slow' ? bounds.slow : bounds.latency);
      scheduler.after(delay, label, arrive);
    }
  }

  return {
    call,
    cut(machine, server, ms) {
      cuts.set(`${machine.name} ${server}`, scheduler.now() + ms);
    },
    takeDown(server, ms) {
      downUntil[server] = Math.max(downUntil[server], scheduler.now() + ms);
    },
    heal() {
      healed = true;
      cuts.clear();
      downUntil.log = 0;
      downUntil['working-set'] = 0;
    },
  };
}

/** How the tally names the calls at which machines died. */
export const deathAt = 'death';

const nameOf = (fate: Fate): string =>
  ({
    'stop-before': 'stopped at a call',
    'stop-after': 'stopped at a call',
    'lost-request': 'lost request',
    'lost-reply': 'lost reply',
    late: 'call that takes effect late',
    repeated: 'call that takes effect twice',
    slow: 'slow call',
  })[fate as string] ?? fate;

interface Reply<T> {
  readonly resolve: (value: T | Promise<T>) => void;
  readonly reject: (error: unknown) => void;
}

type Result<T> = { readonly value: T | Promise<T> } | { readonly refused: unknown };

function attempt<T>({ effect }: Call<T>): Result<T> {
  try {
    return { value: effect() };
  } catch (refused) {
    return { refused };
  }
}

function answer<T>({ from }: Call<T>, { resolve, reject }: Reply<T>, result: Result<T>): void {
  from.wake(() => ('value' in result ? resolve(result.value) : reject(result.refused)));
}

/** Of an effect whose answer nobody waits for. */
function quietly(result: Result<unknown>): void {
  if ('value' in result && result.value instanceof Promise) result.value.catch(() => undefined);
}
