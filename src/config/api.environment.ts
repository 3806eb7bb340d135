import { IsIn, IsNotEmpty, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { ClinicEnvironment } from './clinic.environment.js';
import { readAddress } from './mail-address.js';
import { readProxy } from './proxies.js';
import { BooleanVariable, IntegerVariable, ListVariable, TextVariable } from './variables.js';
import { readOrigin } from './web-addresses.js';

/** The configuration of the API. */
export class ApiEnvironment extends ClinicEnvironment {
  @IntegerVariable(1, 65_535)
  PORT: number = 3000;

  @IsString()
  @IsNotEmpty()
  HOST: string = '127.0.0.1';

  /** How long the API keeps responding after a shutdown signal. */
  @IntegerVariable(0, 300)
  DRAIN_SECONDS: number = 0;

  /** Proxies whose `X-Forwarded-For` is trusted; `none` if clients connect directly. */
  @ListVariable(
    readProxy,
    'TRUST_PROXY must be none, or addresses or networks such as 10.0.0.0/24, separated by commas',
  )
  TRUST_PROXY: string[] = [];

  @ListVariable(
    readOrigin,
    'CORS_ORIGINS must be origins as browsers write them, such as https://clinic.example: in lower case, without a path, separated by commas',
  )
  CORS_ORIGINS: string[] = [];

  /** Who may read Swagger UI and the OpenAPI document. */
  @IsIn(['public', 'admin', 'off'])
  API_DOCS: 'public' | 'admin' | 'off' = 'public';

  @BooleanVariable()
  RATE_LIMIT_ENABLED: boolean = true;

  /** Whether a new account must confirm its email address before its first log-in. */
  @BooleanVariable()
  EMAIL_VERIFICATION_REQUIRED: boolean = false;

  /** Whether admins must set up a second factor before they can do anything else. */
  @BooleanVariable()
  ADMIN_SECOND_FACTOR_REQUIRED: boolean = false;

  /** After how long without a request a session expires; 0 for never. */
  @IntegerVariable(0, 43_200)
  SESSION_IDLE_MINUTES: number = 0;

  @IsOptional()
  @TextVariable(readAddress, 'ADMIN_EMAIL must be an email address')
  ADMIN_EMAIL?: string;

  @IsOptional()
  @IsString()
  @MinLength(8)
  @MaxLength(256)
  ADMIN_PASSWORD?: string;
}
