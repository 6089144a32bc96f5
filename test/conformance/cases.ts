import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const folder = new URL('./', import.meta.url);

/** The policy that all cases are decided under. */
export const policyFile = fileURLToPath(new URL('policy.json', folder));

const caseFile = z.strictObject({
  description: z.string(),
  until: z.string(),
  facts: z.array(z.record(z.string(), z.unknown())),
  alerts: z.array(
    z.strictObject({
      at: z.string(),
      incidentId: z.string(),
      target: z.string(),
      phase: z.string(),
      reason: z.string().optional(),
    }),
  ),
  outcomes: z.array(
    z.strictObject({
      incidentId: z.string(),
      objective: z.string(),
      at: z.string(),
      outcome: z.string().optional(),
      attendanceMs: z.number().optional(),
    }),
  ),
});

/** Facts, an instant, and what should have been said by then. */
export type ConformanceCase = z.infer<typeof caseFile> & { readonly name: string };

/** All cases of this folder. @throws ZodError when one is not as it should be. */
export const conformanceCases: readonly ConformanceCase[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'policy.json')
  .sort()
  .map((file) => ({
    name: file.replace('.json', ''),
    ...caseFile.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
  }));
