import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/.cache/**'];

/** The suffix says the kind: `.unit` needs nothing, `.int` needs real servers. */
export default defineConfig({
  test: {
    exclude,
    projects: [
      {
        test: {
          name: 'unit',
          // Ten thousand runs of a property take seconds, and more on a machine that is busy.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['{packages,services,schemas,infra,test}/**/*.unit.test.ts'],
          exclude,
        },
      },
      {
        test: {
          name: 'int',
          include: ['{packages,services,schemas,test}/**/*.int.test.ts'],
          exclude,
          globalSetup: ['test/servers/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
