/**
 * The rooms of the house from left to right. A room imports only what stands to its left, so there are no circles between
 * rooms. Programs and their modules, beside the rooms, import from all of them.
 */
const ROOMS = [
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
  'doctors',
  'availability',
  'bookings',
  'notifications',
  'privacy',
  'ops',
  'demo',
];

const arrows = ROOMS.slice(0, -1).map((room, at) => ({
  name: `${room}-imports-only-from-its-left`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: `^src/(?!(${ROOMS.slice(0, at + 1).join('|')})/)` },
}));

const pure =
  '^src/(errors/|time/(?!clock))|^src/availability/(schedule|evaluate|rules/)|^src/auth/second-factor/(totp|sealed-secret)|^src/bookings/booking\\.(rules|notifications|policy)|^src/notifications/(delivery\\.rules|emails/|calendar/)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...arrows,
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
      name: 'every-folder-is-a-room',
      severity: 'error',
      from: { path: `^src/(?!(${ROOMS.join('|')})/)[^/]+/` },
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
