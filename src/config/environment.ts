import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
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
import { readAddress } from './mail-address.js';
import { readProxy } from './proxies.js';
import { readSecrets } from './secrets.js';
import { isTimeZone, timeZoneMessage } from './time-zone.js';
import { readHost, readOrigin, readPage, readSmtpUrl } from './web-addresses.js';

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

export const MAIL_FROM_FORM = /^[^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>$/;

/** A number of days, up to a hundred years. */
function Days(): PropertyDecorator {
  return applyDecorators(Transform(integer), IsInt(), Min(0), Max(36_500));
}

/**
 * Everything that can be configured, read once from the process environment and validated as a whole.
 * `.env.example` explains each variable in one line.
 */
export class Environment {
  /** Safe by default: only the demo and the tests say that they are something else. */
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'production';

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

  /** Hosts of the three servers above to which production may talk without TLS. */
  @Transform(list)
  @ReadBy(
    readHost,
    'ALLOW_PLAINTEXT must be hosts as in the addresses of the servers, such as db.internal or 10.0.0.5, without ports, separated by commas',
    { each: true },
  )
  ALLOW_PLAINTEXT: string[] = [];

  @Matches(MAIL_FROM_FORM, {
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

  /** Read by `Keys` and nobody else. */
  @ReadBy(
    readSecrets,
    'JWT_SECRET must be one secret, or while keys are rotated the new and the former one with a comma between them',
  )
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

  /** Where the clinic is, at the end of its mails and as the place of calendar entries. */
  @IsString()
  @MaxLength(200)
  @Matches(/^[^\p{Cc}<>]*$/u, {
    message: 'CLINIC_ADDRESS must be plain text on one line, without angle brackets',
  })
  CLINIC_ADDRESS: string = '';

  /** How patients call the clinic, at the end of its mails. */
  @Matches(/^(\+?\d[\d ().\/-]{2,38})?$/, {
    message: 'CLINIC_PHONE must be a telephone number such as +34 912 345 678',
  })
  CLINIC_PHONE: string = '';

  /** Whether the subjects of mails leave out the doctor: a locked screen shows subjects to anybody. */
  @Transform(boolean)
  @IsBoolean()
  CLINIC_DISCREET_SUBJECTS: boolean = false;

  /** Where the clinic's own pages are: mails with a code link to `/reset-password`, `/verify-email`, `/invitation`, `/change-email` and `/not-me` there. */
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

  /** After how long without a request a session ends; 0 for never. */
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(43_200)
  SESSION_IDLE_MINUTES: number = 0;

  @IsIn(LOCALES)
  DEFAULT_LOCALE: Locale = 'en';

  @Transform(list)
  @ReadBy(
    readOrigin,
    'CORS_ORIGINS must be origins as browsers write them, such as https://clinic.example: in lower case, without a path, separated by commas',
    { each: true },
  )
  CORS_ORIGINS: string[] = [];

  /** Proxies whose `X-Forwarded-For` is believed; `none` says that there are none. */
  @Transform(list)
  @ReadBy(
    readProxy,
    'TRUST_PROXY must be none, or addresses or networks such as 10.0.0.0/24, separated by commas',
    {
      each: true,
    },
  )
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
  @ReadBy(readAddress, 'ADMIN_EMAIL must be an email address')
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

  // How long what is over is kept. 0 keeps it for good.

  /** Days after its end that a booking is kept, and its notifications with it. */
  @Days()
  BOOKING_DAYS: number = 0;

  /** Days that notifications are kept: after the end of their booking, else after they were settled. */
  @Days()
  NOTIFICATION_DAYS: number = 0;

  /** Days after they expired that mailed links are kept, and their notifications with them. */
  @Days()
  LINK_DAYS: number = 30;

  /** Days that the audit trail keeps an event. */
  @Days()
  AUDIT_EVENT_DAYS: number = 0;

  /** Days that an event of the audit trail keeps the network address that it came from. */
  @Days()
  AUDIT_ADDRESS_DAYS: number = 365;

  /** Mails that a confirmed address gets within 24 hours; a quarter of them until it is confirmed. */
  @Transform(integer)
  @IsInt()
  @Min(4)
  @Max(1_000_000)
  MAIL_BUDGET_PER_DAY: number = 20;

  /** A file that the worker touches at each round, for health checks. */
  @IsOptional()
  @IsString()
  HEARTBEAT_FILE?: string;
}
