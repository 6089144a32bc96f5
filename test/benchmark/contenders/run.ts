import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phase } from '@vigil/domain/ledger/alert';
import type { ServerAddresses } from '../../servers/real-servers.ts';
import { until } from '../../servers/until.ts';
import type { Contender, Running } from './contender.ts';
import { startFeeder } from './feeder.ts';
import { openStage } from './stage.ts';
import { followStanding, type Standing } from './standing.ts';

/** Facts in a file for the feeder, and the alerts that they mean. */
export interface Feed {
  readonly file: string;
  readonly facts: number;
  readonly alerts: ReadonlySet<string>;
}

export interface Course {
  readonly servers: ServerAddresses;
  readonly policy: string;
  readonly partitions: number;
  /** What is compared; the whole where it is absent. */
  readonly phases?: readonly Phase[];
  readonly history: Feed;
  /** What a contender has to have answered before the live path is measured. */
  readonly sentinels: Feed;
}

export const modes = ['catch-up', 'live'] as const;
export type Mode = (typeof modes)[number];

/** Milliseconds until everything was said and read, and how much that was. */
export interface Result {
  readonly contender: string;
  readonly mode: Mode;
  readonly facts: number;
  /** Catch-up: from starting the processes. Live: from the first fact. */
  readonly wholeMs: number;
  /** Catch-up: from when the last process had begun to read. Live: from when the last fact was sent. */
  readonly restMs: number;
  readonly raised: number;
  readonly takenBack: number;
}

const levelDeadlineMs = 600_000;
/** What is level must still be so after this: an alert that should not be would have come by then. */
const settleMs = 2_000;

/**
 * Lets one contender do one course on topics of its own.
 *
 * @throws when what stands in the end is not what a replay says.
 */
export async function run(
  course: Course,
  contender: Contender,
  mode: Mode,
  name: string,
): Promise<Result> {
  const stampedBy = mode === 'live' ? 'broker' : 'producer';
  const stage = await openStage(course.servers, name, course.partitions, stampedBy);
  const folder = await mkdtemp(join(tmpdir(), 'vigil-contender-'));
  const running: { contender?: Running; standing?: Standing } = {};
  const start = async (expected: ReadonlySet<string>) => {
    running.standing = await followStanding(stage, contender, expected, course.phases);
    running.contender = await contender.start(stage, { policy: course.policy, folder });
    return { standing: running.standing, processes: running.contender };
  };
  const { history, sentinels } = course;
  try {
    if (mode === 'catch-up') {
      const feeder = await startFeeder(stage, history.file);
      await feeder.send();
      const from = Date.now();
      const { standing, processes } = await start(history.alerts);
      const at = await level(standing, processes);
      return result(history, at - from, at - processes.consumingSince(), standing);
    }
    const first = await startFeeder(stage, sentinels.file);
    const feeder = await startFeeder(stage, history.file);
    const all = new Set([...sentinels.alerts, ...history.alerts]);
    const { standing, processes } = await start(all);
    await first.send();
    await until(() => standing.counts().missing <= history.alerts.size, {
      what: `${contender.name} to be at work`,
      deadlineMs: levelDeadlineMs,
    });
    const from = Date.now();
    await feeder.send();
    const sent = Date.now();
    const at = await level(standing, processes);
    return result(history, at - from, at - sent, standing);
  } finally {
    await running.contender?.stop();
    await running.standing?.stop();
    await stage.clear();
    await rm(folder, { recursive: true, force: true });
  }

  function result(feed: Feed, wholeMs: number, restMs: number, standing: Standing): Result {
    const { raised, takenBack } = standing.counts();
    return {
      ...{ contender: contender.name, mode, facts: feed.facts },
      ...{ wholeMs, restMs, raised, takenBack },
    };
  }
}

/** Waits until what stands is what should; and that it stays so. @returns since when */
async function level(standing: Standing, processes: Running): Promise<number> {
  let since = Number.NaN;
  const look = () => {
    processes.check();
    since = standing.levelSince();
    return (
      Date.now() - since >= settleMs || Promise.reject(new Error(JSON.stringify(standing.counts())))
    );
  };
  await until(look, { what: 'the alerts of the replay', deadlineMs: levelDeadlineMs });
  return since;
}
