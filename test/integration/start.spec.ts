import { expect, test } from 'vitest';
import { Program } from '../support/program.js';

/** A first guess from the names of the variables alone. */
const CARELESS = {
  DATABASE_URL: 'mysql://root@127.0.0.1:9/clinica',
  REDIS_URL: 'redis://127.0.0.1:9',
  SMTP_URL: 'smtp://127.0.0.1:1025',
  MAIL_FROM: 'Clinica <appointments@clinic.example>',
  JWT_SECRET: 'change-me',
};

const DATABASE = 'DATABASE_URL names';
const SECRET = 'JWT_SECRET is too short';

test.each([
  ['main.js', [DATABASE, SECRET, 'TRUST_PROXY is not set']],
  ['worker.js', [DATABASE, SECRET, 'SMTP_URL names a mail catcher']],
  ['migrate.js', [DATABASE]],
  ['seed.js', [DATABASE, SECRET]],
])('without NODE_ENV %s refuses an unsafe configuration, as in production', async (file, names) => {
  const program = Program.start(file, CARELESS);
  expect(await program.exit()).toBe(1);
  expect(program.output).toMatch(/^Clinica cannot start: its configuration is wrong\.$/m);
  for (const name of names) expect(program.output).toContain(`  - ${name}`);
});

test('the demo clinic is refused in production, however safe the configuration', async () => {
  const program = Program.start('seed.js', {
    ...CARELESS,
    DATABASE_URL: 'mysql://clinica:Zx81-Qm07-Lk42@127.0.0.1:9/clinica',
    SMTP_URL: 'smtp://127.0.0.1:25',
    JWT_SECRET: 'b3Z0mQ8r2WvXk1LpY7sTdN5uHc9JgFaE',
    TRUST_PROXY: 'none',
  });
  expect(await program.exit()).toBe(1);
  expect(program.output).toContain('NODE_ENV is production');
});
