/** One thing that was looked at: well, or what is wrong with it and how to mend it. */
export interface Finding {
  /** `error`: Vigil does not work as it should. `warning`: it does, and somebody should look. */
  readonly severity: 'ok' | 'warning' | 'error';
  /** Stable, for the runbook and for scripts: `VIGIL_TOPIC_MISSING`. */
  readonly code: string;
  readonly what: string;
  /** How to mend it; empty where there is nothing to mend. */
  readonly remedy: string;
}

export const ok = (code: string, what: string): Finding => ({
  severity: 'ok',
  code,
  what,
  remedy: '',
});
export const warning = (code: string, what: string, remedy: string): Finding => ({
  severity: 'warning',
  code,
  what,
  remedy,
});
export const failing = (code: string, what: string, remedy: string): Finding => ({
  severity: 'error',
  code,
  what,
  remedy,
});

/** The message of an error without anything else that libraries keep in it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
