/**
 * Draws what Node's sampling profiler saw as a flame graph: how long functions ran, what they call below.
 *
 *     node test/benchmark/flame.ts FILE.cpuprofile > FILE.svg
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { draw } from './chart.ts';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.output<typeof profileSchema>;

/** Reads a `.cpuprofile`. @throws when it is none. */
export const parseProfile = (text: string): Profile => profileSchema.parse(JSON.parse(text));

/** A function called by the one above it, from its first millisecond to its last. */
interface Frame {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** Waiting is no work. */
const idle = new Set(['(idle)', '(program)']);
/** Of the whole: what is narrower cannot be seen. */
const narrowest = 1 / 700;
/** Functions in each other that are drawn: beyond it there is only the loading of modules. */
const deepest = 40;
const rowHeight = 16;
/** About the width of a letter in pixels. */
const letter = 6;
const width = 1_200;

/** The flame graph as SVG; its words name what is wide enough, a pointer shows the rest. */
export function flameGraph(title: string, profile: Profile): string {
  const frames = framesOf(profile);
  const whole = Math.max(...frames.map(({ to }) => to));
  const wide = frames.filter(
    ({ from, to, depth }) => (to - from) / whole >= narrowest && depth < deepest,
  );
  const depth = Math.max(...wide.map((frame) => frame.depth));
  const label = ({ name, from, to }: Frame): string => {
    const fits = Math.floor((((to - from) / whole) * width) / letter);
    return fits < 4 ? '' : name.slice(0, fits);
  };
  return draw({
    ...{ width, height: (depth + 4) * rowHeight, marginLeft: 8, marginRight: 8 },
    x: { label: `${title}: milliseconds at work`, domain: [0, whole] },
    y: { axis: null, domain: [depth + 1, 0] },
    color: { type: 'identity' },
    marks: [
      Plot.rect(wide, {
        x1: 'from',
        x2: 'to',
        y1: 'depth',
        y2: ({ depth: below }: Frame) => below + 1,
        fill: ({ name }: Frame) => (name.includes('node_modules') ? '#c8d6e5' : '#f0b27a'),
        stroke: '#ffffff',
        title: ({ name, from, to }: Frame) => `${name}: ${Math.round(to - from)} ms`,
      }),
      Plot.text(wide, {
        x: 'from',
        y: ({ depth: below }: Frame) => below + 0.5,
        text: label,
        textAnchor: 'start',
        dx: 2,
        fontSize: 10,
      }),
    ],
  });
}

/** Every function once for each way it was called, those that ran longest first beside each other. */
function framesOf({ nodes, samples, timeDeltas }: Profile): Frame[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    if (idle.has(byId.get(id)?.callFrame.functionName ?? '')) continue;
    own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
  const total = new Map<number, number>();
  // Those that are called stand after their callers.
  for (const { id, children = [] } of nodes.toReversed()) {
    const called = children.reduce((sum, child) => sum + (total.get(child) ?? 0), 0);
    total.set(id, called + (own.get(id) ?? 0));
  }
  const frames: Frame[] = [];
  const place = (id: number, from: number, depth: number): void => {
    const node = byId.get(id);
    const ms = total.get(id) ?? 0;
    if (node === undefined || ms === 0) return;
    frames.push({ name: nameOf(node.callFrame), from, to: from + ms, depth });
    let at = from;
    const longestFirst = (node.children ?? []).toSorted(
      (a, b) => (total.get(b) ?? 0) - (total.get(a) ?? 0),
    );
    for (const child of longestFirst) {
      place(child, at, depth + 1);
      at += total.get(child) ?? 0;
    }
  };
  const [root] = nodes;
  if (root !== undefined) place(root.id, 0, 0);
  return frames;
}

/** The function, and where it is: in a package by the package's name. */
function nameOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName || '(nameless)';
  const [, inPackage] = /.*(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inPackage !== undefined) return `${name} ${inPackage}`;
  return url === '' ? name : `${name} ${basename(url)}`;
}

if (import.meta.main) {
  const [file = ''] = process.argv.slice(2);
  const profile = parseProfile(await readFile(file, 'utf8'));
  process.stdout.write(`${flameGraph(basename(file), profile)}\n`);
}
