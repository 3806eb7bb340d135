/**
 * The import law of the house: doctors -> availability -> bookings -> notifications, each room importing only
 * what stands to its left (and audit, idempotency, auth and outbox, which all may use); the foundation imports no feature; pure
 * files import no framework.
 */
const foundation = '^src/(config|database|http|time)/';
const features =
  '^src/(audit|idempotency|auth|doctors|availability|bookings|outbox|notifications|ops|privacy)/';
const pure =
  '^src/time/(?!clock|time\\.module)|^src/availability/doctor-day|^src/auth/second-factor/(totp|sealed-secret)|^src/bookings/booking\\.(rules|messages)|^src/notifications/(delivery\\.rules|letter/|calendar/)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'foundation-imports-no-feature',
      severity: 'error',
      from: { path: foundation },
      to: { path: features },
    },
    {
      name: 'auth-imports-no-feature',
      severity: 'error',
      from: { path: '^src/auth/' },
      to: { path: '^src/(doctors|availability|bookings|notifications|ops|privacy)/' },
    },
    {
      name: 'audit-imports-no-feature',
      severity: 'error',
      from: { path: '^src/audit/' },
      to: { path: '^src/(idempotency|auth|doctors|availability|bookings|outbox|notifications|ops|privacy)/' },
    },
    {
      name: 'idempotency-imports-no-feature',
      severity: 'error',
      from: { path: '^src/idempotency/' },
      to: { path: '^src/(auth|doctors|availability|bookings|outbox|notifications|ops|privacy)/' },
    },
    {
      name: 'outbox-imports-no-feature',
      severity: 'error',
      from: { path: '^src/outbox/' },
      to: { path: '^src/(auth|doctors|availability|bookings|notifications|ops|privacy)/' },
    },
    {
      name: 'doctors-look-left',
      severity: 'error',
      from: { path: '^src/doctors/' },
      to: { path: '^src/(availability|bookings|notifications|ops|privacy)/' },
    },
    {
      name: 'availability-looks-left',
      severity: 'error',
      from: { path: '^src/availability/' },
      to: { path: '^src/(bookings|notifications|ops|privacy)/' },
    },
    {
      name: 'bookings-look-left',
      severity: 'error',
      from: { path: '^src/bookings/' },
      to: { path: '^src/(notifications|ops|privacy)/' },
    },
    {
      name: 'nobody-imports-notifications',
      severity: 'error',
      from: { pathNot: '^src/(notifications/|ops/|worker|[a-z-]+\\.module\\.ts)' },
      to: { path: '^src/notifications/' },
    },
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
