/**
 * Which room may import which. Arrows point one way: services → engine → ports → domain; the rules
 * below are the table of rooms, one rule a row. Imports of types count: an arrow is an arrow.
 *
 * Tests beside the code, and what they share in a folder `testing`, are free to import adapters and servers from other rooms, but never services.
 */

const rooms = '^(packages|services|schemas|test)/';
const tests = '(\\.(unit|int|sim)\\.test\\.ts$|/testing/|^test/)';

/** Modules of Node that reach outside the process. */
const io =
  '^(node:)?(fs|fs/promises|net|tls|dgram|dns|dns/promises|http|https|http2|child_process|cluster|worker_threads|readline|repl|inspector|sqlite|os|process)$';

/**
 * A row of the table: what this room's code may import of ours, besides itself.
 * @param {string} room
 * @param {readonly string[]} may paths, as regular expressions
 * @param {string} comment
 */
function row(room, may, comment) {
  return {
    name: `${room.replace('/', '-')}-imports`,
    severity: 'error',
    comment,
    from: { path: `^${room}/`, pathNot: tests },
    to: { path: rooms, pathNot: [`^${room}/`, ...may] },
  };
}

const domain = '^packages/domain/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    row('packages/domain', [], 'The domain imports nothing of ours.'),
    row('packages/contracts', [domain, '^schemas/'], 'Contracts know the domain and the schemas.'),
    row('packages/working-set', [domain], 'The working set knows the domain.'),
    row(
      'packages/event-log',
      [domain, '^packages/contracts/'],
      'The log knows domain and contracts.',
    ),
    row(
      'packages/engine',
      [domain, '^packages/(working-set|event-log)/src/port\\.ts$'],
      'The engine knows the domain and the two ports, and no adapter.',
    ),
    row('packages/service-kit', [], 'The service kit imports nothing of ours: it knows no domain.'),
    row('packages/generator', [domain], 'The generator knows the domain.'),
    row('packages/import', [domain], 'The import of exports knows the domain.'),
    row(
      'schemas',
      [domain, '^packages/contracts/'],
      'Schemas are data; their checks know contracts.',
    ),
    row(
      'services/control-room/page',
      [domain, '^services/control-room/src/api/model\\.ts$'],
      'The page knows the domain and what the API says, and nothing of the server.',
    ),
    {
      name: 'server-serves-files',
      severity: 'error',
      comment: 'The page runs in a browser: the server hands out what it was built to.',
      from: { path: '^services/control-room/src/' },
      to: { path: '^services/control-room/page/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment:
        'The domain has no clock and no I/O: of Node it takes only node:crypto, for SHA-256. Take the input as an argument.',
      from: { path: domain, pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'domain-dependencies',
      severity: 'error',
      comment:
        'The domain depends on zod and on libraries of values only. One that computes and does nothing else may be named here.',
      from: { path: domain, pathNot: tests },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/(zod|uuid|canonicalize|yaml|@datadog/sketches-js)/',
      },
    },
    {
      name: 'engine-does-no-io',
      severity: 'error',
      comment: 'The engine reaches the world through its ports.',
      from: { path: '^packages/engine/', pathNot: tests },
      to: { path: [io, '(^|/)node_modules/(kafkajs|ioredis|pino|prom-client)/'] },
    },
    {
      name: 'packages-import-no-service',
      severity: 'error',
      comment: 'Services are at the top: no package imports one, not even in a test.',
      from: { path: '^(packages|schemas)/' },
      to: { path: '^services/' },
    },
    {
      name: 'services-are-strangers',
      severity: 'error',
      comment: 'A service imports no other; the command line (services/vigil) starts them all.',
      from: { path: '^services/([^/]+)/', pathNot: '^services/vigil/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'replay-only-reads',
      severity: 'error',
      comment:
        'A replay reads a live log and cannot write to it: it knows LogReader, and nothing that it imports leads to what appends, publishes or joins a group.',
      from: { path: '^services/replay/', pathNot: tests },
      to: {
        reachable: true,
        path: [
          '^packages/event-log/src/(port\\.ts$|kafka/|in-process/)',
          '^packages/(engine|deployment|working-set)/',
          '(^|/)node_modules/(kafkajs|ioredis)/',
        ],
      },
    },
    {
      name: 'nothing-ships-tests',
      severity: 'error',
      comment: 'Code that ships does not import tests or what is there for tests only.',
      from: { path: '^(packages|services)/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or lack a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that imports nothing and that nobody imports.',
      from: {
        orphan: true,
        path: '\\.m?[jt]s$',
        pathNot: [
          tests,
          '\\.d\\.ts$',
          '/vite\\.config\\.ts$',
          '^services/[^/]+/src/main\\.ts$',
          '^test/.*(global-setup|bench)',
        ],
      },
      to: {},
    },
    {
      name: 'declared',
      severity: 'error',
      comment: 'What is imported stands in the package.json of the package that imports it.',
      from: { pathNot: tests },
      to: { dependencyTypes: ['unknown', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The import leads nowhere.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    // Imports of types are gone after compilation, and are arrows all the same.
    tsPreCompilationDeps: true,
    parser: 'tsc',
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
