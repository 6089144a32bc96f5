import { expect, it } from 'vitest';
import { majorVersion } from './java.ts';

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "25" 2025-09-16', 25],
  ['java version "1.8.0_292"', 8],
  ['openjdk version "22-ea" 2024-03-19', 22],
])('reads the major version from %s', (printed, major) => {
  expect(majorVersion(printed)).toBe(major);
});

it('reads no version from text that names none', () => {
  expect(majorVersion('The operation could not be completed.')).toBeUndefined();
});
