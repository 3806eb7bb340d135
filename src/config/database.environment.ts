import { IsIn } from 'class-validator';
import { readDatabaseUrl } from './server-url.js';
import { IntegerVariable, ListVariable, TextVariable } from './variables.js';
import { readHost } from './web-addresses.js';

/** What every program is configured by; the migration by nothing else. `.env.example` explains each variable in one line. */
export class DatabaseEnvironment {
  /** Safe by default: only the demo and the tests say that they are something else. */
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'production';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: string = 'info';

  @TextVariable(
    readDatabaseUrl,
    'DATABASE_URL must look like mysql://user:password@host:3306/clinica, or mysqls:// with hosts by their names for TLS',
  )
  DATABASE_URL!: string;

  @IntegerVariable(2, 1000)
  DATABASE_POOL_SIZE: number = 20;

  /** How long the database may take to answer before its connection counts as broken. */
  @IntegerVariable(5, 86_400)
  DATABASE_TIMEOUT_SECONDS: number = 6;

  /** Hosts of the database, Redis and the mail server to which production may talk without TLS. */
  @ListVariable(
    readHost,
    'ALLOW_PLAINTEXT must be hosts as in the addresses of the servers, such as db.internal or 10.0.0.5, without ports, separated by commas',
  )
  ALLOW_PLAINTEXT: string[] = [];
}
