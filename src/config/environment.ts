import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  type ValidationOptions,
} from 'class-validator';
import { readDatabaseUrl, readRedisUrl } from '../database/server-url.js';
import { LOCALES, type Locale } from './locale.js';
import { readProxy } from './proxies.js';
import { isTimeZone, timeZoneMessage } from './time-zone.js';
import { readOrigin, readPage, readSmtpUrl } from './web-addresses.js';

const integer = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
const boolean = ({ value }: { value: unknown }): unknown =>
  ({ true: true, false: false })[String(value)] ?? value;
const list = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : value;

/** Text that `read` understands. */
function ReadBy(
  read: (text: string) => unknown,
  message: string,
  options: ValidationOptions = {},
): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && read(value) !== undefined;
  return ValidateBy({ name: 'readBy', validator: { validate, defaultMessage: () => message } }, options);
}

/**
 * Everything that can be configured, read once from the process environment and validated as a whole.
 * `.env.example` explains each variable in one line.
 */
export class Environment {
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @ReadBy(
    readDatabaseUrl,
    'DATABASE_URL must look like mysql://user:password@host:3306/clinica, or mysqls:// with hosts by their names for TLS',
  )
  DATABASE_URL!: string;

  @Transform(integer)
  @IsInt()
  @Min(2)
  @Max(1000)
  DATABASE_POOL_SIZE: number = 20;

  /** How long the database may take to answer before its connection counts as broken. */
  @Transform(integer)
  @IsInt()
  @Min(5)
  @Max(86_400)
  DATABASE_TIMEOUT_SECONDS: number = 6;

  @ReadBy(
    readRedisUrl,
    'REDIS_URL must look like redis://host:6379, or redis+sentinel://host:26379,host:26379/master',
  )
  REDIS_URL!: string;

  @ReadBy(readSmtpUrl, 'SMTP_URL must look like smtp://user:password@host:587')
  SMTP_URL!: string;

  @Matches(/^[^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>$/, {
    message: 'MAIL_FROM must look like Clinic Name <mail@clinic.example>',
  })
  MAIL_FROM!: string;

  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(65535)
  PORT: number = 3000;

  @IsString()
  @IsNotEmpty()
  HOST: string = '127.0.0.1';

  /** How long the API goes on answering after it was asked to end. */
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(300)
  DRAIN_SECONDS: number = 0;

  @IsString()
  @IsNotEmpty()
  JWT_SECRET!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  @Matches(/^[^\p{Cc}<>]+$/u, {
    message: 'CLINIC_NAME must be plain text without line breaks or angle brackets',
  })
  CLINIC_NAME: string = 'Clinica';

  @ValidateBy({
    name: 'timeZone',
    validator: {
      validate: (value) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: (args) => `CLINIC_TIMEZONE ${timeZoneMessage(args?.value)}`,
    },
  })
  CLINIC_TIMEZONE: string = 'UTC';

  /** Where the clinic's own pages are: mails with a code link to `/reset-password` and `/verify-email` there. */
  @IsOptional()
  @ReadBy(
    readPage,
    'FRONT_END_URL must be an address such as https://clinic.example/app, without a user, a query or a fragment',
  )
  FRONT_END_URL?: string;

  /** Whether who registers must show, before they can log in, that mails to the address arrive. */
  @Transform(boolean)
  @IsBoolean()
  EMAIL_VERIFICATION_REQUIRED: boolean = false;

  /** Whether admins without a second factor may do no more than set one up. */
  @Transform(boolean)
  @IsBoolean()
  ADMIN_SECOND_FACTOR_REQUIRED: boolean = false;

  @IsIn(LOCALES)
  DEFAULT_LOCALE: Locale = 'en';

  @Transform(list)
  @ReadBy(
    readOrigin,
    'CORS_ORIGINS must be origins as browsers write them, such as https://clinic.example: in lower case, without a path, separated by commas',
    { each: true },
  )
  CORS_ORIGINS: string[] = [];

  /** Proxies whose `X-Forwarded-For` is believed. */
  @Transform(list)
  @ReadBy(readProxy, 'TRUST_PROXY must be addresses or networks such as 10.0.0.0/8, separated by commas', {
    each: true,
  })
  TRUST_PROXY: string[] = [];

  /** Who may read Swagger UI and the OpenAPI document. */
  @IsIn(['public', 'admin', 'off'])
  API_DOCS: 'public' | 'admin' | 'off' = 'public';

  @Transform(boolean)
  @IsBoolean()
  RATE_LIMIT_ENABLED: boolean = true;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: string = 'info';

  @IsOptional()
  @IsEmail()
  ADMIN_EMAIL?: string;

  @IsOptional()
  @IsString()
  @MinLength(8)
  @MaxLength(256)
  ADMIN_PASSWORD?: string;

  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(3600)
  NOTIFICATION_LEASE_SECONDS: number = 30;

  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(100)
  MAIL_CONCURRENCY: number = 5;

  /** A file that the worker touches at each round, for health checks. */
  @IsOptional()
  @IsString()
  HEARTBEAT_FILE?: string;
}
