import { describe, expect, it } from 'vitest';
import { compileTimePattern, type WallTime } from './time-pattern.ts';

function read(pattern: string, text: string): WallTime | undefined {
  const compiled = compileTimePattern(pattern);
  if (typeof compiled !== 'function') throw new Error(compiled.problem);
  return compiled(text);
}

function wall(...[year, month, day, hour, minute, second = 0, millisecond = 0]: number[]) {
  return { year, month, day, hour, minute, second, millisecond };
}

describe('a time pattern', () => {
  it.each([
    ['dd/MM/yyyy HH:mm:ss', '29/03/2026 01:30:05', wall(2026, 3, 29, 1, 30, 5)],
    ['d/M/yyyy H:mm', '9/3/2026 7:05', wall(2026, 3, 9, 7, 5)],
    ['yyyy/MM/dd hh:mm:ss a', '2026/01/15 12:18:10 AM', wall(2026, 1, 15, 0, 18, 10)],
    ['yyyy/MM/dd hh:mm:ss a', '2026/01/15 12:18:10 PM', wall(2026, 1, 15, 12, 18, 10)],
    ['h:mm a, d MMM yyyy', '7:05 p.m., 1 JAN 2026', wall(2026, 1, 1, 19, 5)],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", '2026-01-15T07:18:10.5', wall(2026, 1, 15, 7, 18, 10, 500)],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", '2026-01-15T07:18:10.123999', wall(2026, 1, 15, 7, 18, 10, 123)],
    ['dd.MM.yyyy (HH:mm)', '15.01.2026 (07:18)', wall(2026, 1, 15, 7, 18)],
  ])('%s reads %s', (pattern, text, expected) => {
    expect(read(pattern, text)).toEqual(expected);
  });

  it.each([
    ['dd/MM/yyyy HH:mm', '29/03/2026 01:30:00'],
    ['dd/MM/yyyy HH:mm', '9/03/2026 01:30'],
    ['dd/MM/yyyy HH:mm', ' 29/03/2026 01:30'],
    ['dd.MM.yyyy HH:mm', '29/03/2026 01:30'],
    ['hh:mm a dd/MM/yyyy', '13:30 PM 29/03/2026'],
    ['hh:mm a dd/MM/yyyy', '00:30 AM 29/03/2026'],
  ])('%s does not read %s', (pattern, text) => {
    expect(read(pattern, text)).toBeUndefined();
  });

  it.each([
    ['dd/MM HH:mm', 'does not give the year'],
    ['dd/MM/yyyy HH', 'does not give the minute'],
    ['dd/MM/yyyy mm', 'does not give the hour'],
    ['dd/MM/yyyy hh:mm', 'without a: AM or PM'],
    ['dd/MM/yyyy HH:mm dd', 'gives the day twice'],
    ['dd/MM/yyyy HH:mm hh a', 'gives the hour twice'],
    ['DD/MM/YYYY HH:mm', 'has DD'],
    ['yyyy-MM-ddTHH:mm', 'has T'],
    ["yyyy-MM-dd'T HH:mm", 'an apostrophe without its second'],
  ])('%s is refused: it %s', (pattern, problem) => {
    expect(compileTimePattern(pattern)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
