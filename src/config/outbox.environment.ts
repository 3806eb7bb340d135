import { Matches } from 'class-validator';
import { DatabaseEnvironment } from './database.environment.js';
import { readRedisUrl } from './server-url.js';
import { IntegerVariable, TextVariable } from './variables.js';

export const MAIL_FROM_FORM = /^[^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>$/;

/** What programs are configured by that append notifications or queue them. */
export class OutboxEnvironment extends DatabaseEnvironment {
  @TextVariable(
    readRedisUrl,
    'REDIS_URL must look like redis://host:6379, or redis+sentinel://host:26379,host:26379/master',
  )
  REDIS_URL!: string;

  /** Its domain stands in Message-IDs and calendar entries. */
  @Matches(MAIL_FROM_FORM, {
    message: 'MAIL_FROM must look like Clinic Name <mail@clinic.example>',
  })
  MAIL_FROM!: string;

  @IntegerVariable(1, 3600)
  NOTIFICATION_LEASE_SECONDS: number = 30;
}
