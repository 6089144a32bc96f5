import { describe, expect, it } from 'vitest';
import { countCheck, countVitest, inWords, readOutcome, total } from './outcome.mjs';

function report(...files: { status: string; tests: string[] }[]): string {
  const testResults = files.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  }));
  return JSON.stringify({ testResults });
}

const oneFailure = { passed: 0, failed: 1, skipped: 0 };

describe('the outcome of a test run', () => {
  it('counts what passed, failed and was skipped', () => {
    const text = report(
      { status: 'passed', tests: ['passed', 'passed', 'skipped'] },
      { status: 'failed', tests: ['passed', 'failed', 'failed', 'todo'] },
    );
    expect(countVitest(text, 1)).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  it('counts a file that failed outside of its tests as a failure', () => {
    const text = report({ status: 'failed', tests: [] }, { status: 'failed', tests: ['skipped'] });
    expect(countVitest(text, 1)).toEqual({ passed: 0, failed: 2, skipped: 1 });
  });

  it.each([
    ['there is no report', undefined, 1],
    ['there is no report, whatever the exit status', undefined, 0],
    ['the report is cut off', '{"testResults":[{"sta', 1],
    ['the report is something else', 'null', 0],
    ['a signal ended it', undefined, null],
    ['there was no test in it', report(), 0],
  ])('is a failure when %s', (_, text, code) => {
    expect(countVitest(text, code)).toEqual(oneFailure);
  });

  it('is a failure when all tests passed and the run did not', () => {
    const text = report({ status: 'passed', tests: ['passed'] });
    expect(countVitest(text, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('may be empty when a choice of tests was asked for', () => {
    expect(countVitest(report(), 0, true)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe('the sum', () => {
  it('takes a runner without a readable outcome as a failure', () => {
    for (const text of [undefined, '', '{}', '{"passed":-1,"failed":0,"skipped":0}']) {
      expect(readOutcome(text)).toEqual(oneFailure);
    }
  });

  it('adds all runners up, a static check as one test', () => {
    const outcomes = [countCheck(0), countCheck(2), { passed: 5, failed: 1, skipped: 2 }];
    expect(inWords(total(outcomes))).toBe('6 passed, 2 failed, 2 skipped');
  });

  it('does not mention skipped tests when there are none', () => {
    expect(inWords({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  });
});
