import type { SingleBar } from 'cli-progress';

/** Shows how far each of the steps of a command has come. */
export interface Progress {
  /** @param step - a word or two; another than the last one begins a new bar. */
  show(step: string, done: number, all: number): void;
  stop(): void;
}

/** A bar on standard error when that is a terminal; otherwise nothing is shown. */
export async function openProgress(): Promise<Progress> {
  if (!process.stderr.isTTY) return { show: () => {}, stop: () => {} };
  const { default: cliProgress } = await import('cli-progress');
  let bar: { readonly step: string; readonly of: SingleBar } | undefined;
  const stop = (): void => {
    bar?.of.stop();
    bar = undefined;
  };
  return {
    stop,
    show(step, done, all) {
      if (all === 0) return;
      if (bar?.step !== step) {
        stop();
        const format = `${step.padEnd(10)} {bar} {percentage} % · {eta_formatted} left`;
        const options = { format, clearOnComplete: true, stream: process.stderr, fps: 4 };
        bar = { step, of: new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic) };
        bar.of.start(all, 0);
      }
      bar.of.update(done);
    },
  };
}
