import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import type { problemSchema } from '../api/model.ts';

/** A request that is refused: RFC 9457 problem details. What it says quotes nothing of the request. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'VIGIL_REFUSED';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** The body of an answer that refuses. */
export function problem(status: number, detail?: string): z.infer<typeof problemSchema> {
  const title = STATUS_CODES[status] ?? 'Refused';
  return { type: 'about:blank', title, status, ...(detail === undefined ? {} : { detail }) };
}
