import { defineConfig } from 'vitest/config';

/** The tests that decide whether a mutant of the domain is found: its own, and the worked examples. */
export default defineConfig({
  test: {
    include: ['packages/domain/**/*.unit.test.ts', 'test/conformance/*.unit.test.ts'],
    exclude: ['**/node_modules/**', '**/.stryker-tmp/**'],
    // Those that run the program again in a process of its own, where no mutant is at work.
    testNamePattern: /^(?!vigil replay writes)/,
    isolate: false,
    testTimeout: 20_000,
    setupFiles: ['infra/mutation/without-shrinking.ts'],
  },
});
