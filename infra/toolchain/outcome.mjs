// @ts-check
/** Counting what passed and failed. Whatever is unclear counts as failed. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Outcome */

/** The exit status of a check that could not be made here: it counts as skipped, and says so. */
export const notRun = 77;

/**
 * A static check is one test.
 * @param {number | null} code the exit status, `null` when a signal ended it
 * @returns {Outcome}
 */
export function countCheck(code) {
  if (code === notRun) return { passed: 0, failed: 0, skipped: 1 };
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * What a vitest run came to, from its JSON report. A file that failed without a failed test in it
 * (it could not be loaded, a hook threw, its worker died) is one failure; so is a report that is
 * missing or unreadable, a run that says it failed without saying where, and one without any test.
 * @param {string | undefined} report the text of the report, if there is one
 * @param {number | null} code the exit status, `null` when a signal ended the run
 * @param {boolean} mayBeEmpty whether a choice of tests was asked for
 * @returns {Outcome}
 */
export function countVitest(report, code, mayBeEmpty = false) {
  const outcome = { passed: 0, failed: 0, skipped: 0 };
  for (const file of filesOf(report)) {
    let failedHere = 0;
    for (const test of file.assertionResults ?? []) {
      if (test.status === 'passed') outcome.passed += 1;
      else if (test.status === 'failed') failedHere += 1;
      else outcome.skipped += 1;
    }
    outcome.failed += file.status === 'failed' ? Math.max(failedHere, 1) : failedHere;
  }
  const nothing = outcome.passed + outcome.failed === 0;
  if (outcome.failed === 0 && (code !== 0 || (nothing && !mayBeEmpty))) outcome.failed = 1;
  return outcome;
}

/** @typedef {{ status?: string, assertionResults?: { status?: string }[] }} ReportedFile */

/**
 * @param {string | undefined} report
 * @returns {ReportedFile[]}
 */
function filesOf(report) {
  if (report === undefined) return [];
  try {
    const { testResults } = JSON.parse(report);
    return Array.isArray(testResults) ? testResults : [];
  } catch {
    return [];
  }
}

/**
 * The outcome a runner left, from the file's text; one failure when it left none or nonsense.
 * @param {string | undefined} text
 * @returns {Outcome}
 */
export function readOutcome(text) {
  try {
    const { passed, failed, skipped } = JSON.parse(text ?? '');
    if ([passed, failed, skipped].every((count) => Number.isSafeInteger(count) && count >= 0)) {
      return { passed, failed, skipped };
    }
  } catch {
    // Falls through: unreadable is failed.
  }
  return { passed: 0, failed: 1, skipped: 0 };
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function total(outcomes) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const outcome of outcomes) {
    sum.passed += outcome.passed;
    sum.failed += outcome.failed;
    sum.skipped += outcome.skipped;
  }
  return sum;
}

/** `12 passed, 0 failed`, and the skipped when there are any. @param {Outcome} outcome */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
