/**
 * The folders of src. A folder imports only from folders that stand before it in this list, so imports between folders
 * never form a cycle. The programs and their modules import from all folders.
 */
const FOLDERS = [
  'time',
  'errors',
  'config',
  'logging',
  'redis',
  'database',
  'http',
  'audit',
  'outbox',
  'idempotency',
  'auth',
  'clinic',
  'patients',
  'doctors',
  'appointment-types',
  'availability',
  'bookings',
  'notifications',
  'privacy',
  'ops',
  'demo',
];

const order = FOLDERS.slice(0, -1).map((folder, at) => ({
  name: `${folder}-imports-only-from-folders-before-it`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: `^src/(?!(${FOLDERS.slice(0, at + 1).join('|')})/)` },
}));

const pure =
  '^src/(errors/|time/(?!clock))|^src/appointment-types/scheduling-parameters|^src/availability/(schedule|evaluate|rules/)|^src/auth/second-factor/(totp|sealed-secret)|^src/bookings/(status\\.rules|booking(-instants|\\.(changes|notifications|policy|refusals)\\.))|^src/bookings/times/(any-doctor\\.refusals|explanation|free-doctor|in-the-way)\\.ts|^src/patients/(duplicates|import-report|phone|patient(-file|-names|\\.(policy|refusals|rules))?)\\.ts|^src/notifications/(delivery\\.rules|emails/|calendar/)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...order,
    {
      name: 'pure-files-import-no-framework',
      severity: 'error',
      from: { path: pure, pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(@nestjs|typeorm|bullmq|ioredis|mysql2)/' },
    },
    {
      name: 'src-imports-no-test',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bin)/' },
    },
    {
      name: 'every-folder-is-in-the-list',
      severity: 'error',
      from: { path: `^src/(?!(${FOLDERS.join('|')})/)[^/]+/` },
      to: {},
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
