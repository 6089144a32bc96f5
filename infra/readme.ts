/** Writes the table of the configuration into README.md, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeConfiguration } from '../packages/service-kit/src/configuration.ts';

const file = new URL('../README.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const [before, after] = ['<!-- configuration: npm run readme -->', '<!-- /configuration -->'];
const start = text.indexOf(before);
const end = text.indexOf(after);
if (start < 0 || end < start) throw new Error(`README.md lacks ${before} or ${after}`);
writeFileSync(
  file,
  `${text.slice(0, start + before.length)}\n\n${describeConfiguration()}\n\n${text.slice(end)}`,
);
