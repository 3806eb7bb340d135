import { IsIn } from 'class-validator';
import { readDatabaseUrl } from './server-url.js';
import { IntegerVariable, ListVariable, TextVariable } from './variables.js';
import { readHost } from './web-addresses.js';

/** The variables of every program; the migration needs no others. `.env.example` explains each variable in one line. */
export class DatabaseEnvironment {
  /** Production by default, for safety: only the demo and the tests set something else. */
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'production';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: string = 'info';

  @TextVariable(
    readDatabaseUrl,
    'DATABASE_URL must look like mysql://user:password@host:3306/clinica, or mysqls:// with host names (not IP addresses) for TLS',
  )
  DATABASE_URL!: string;

  @IntegerVariable(2, 1000)
  DATABASE_POOL_SIZE: number = 20;

  /** How long a statement may take before its connection counts as broken. */
  @IntegerVariable(5, 86_400)
  DATABASE_TIMEOUT_SECONDS: number = 6;

  /** Hosts of the database, Redis and the mail server that production may connect to without TLS. */
  @ListVariable(
    readHost,
    'ALLOW_PLAINTEXT must be hosts as in the URLs of the servers, such as db.internal or 10.0.0.5, without ports, separated by commas',
  )
  ALLOW_PLAINTEXT: string[] = [];
}
