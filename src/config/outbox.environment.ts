import { Matches } from 'class-validator';
import { DatabaseEnvironment } from './database.environment.js';
import { readRedisUrl } from './server-url.js';
import { IntegerVariable, TextVariable } from './variables.js';

export const MAIL_FROM_FORM = /^[^<>\r\n]+ <[^<>@\s]+@[^<>@\s]+>$/;

/** The variables of programs that append notifications to the outbox or queue them. */
export class OutboxEnvironment extends DatabaseEnvironment {
  @TextVariable(
    readRedisUrl,
    'REDIS_URL must look like redis://host:6379, or redis+sentinel://host:26379,host:26379/master',
  )
  REDIS_URL!: string;

  /** Its domain is part of Message-IDs and of the ids of calendar entries. */
  @Matches(MAIL_FROM_FORM, {
    message: 'MAIL_FROM must look like Clinic Name <mail@clinic.example>',
  })
  MAIL_FROM!: string;

  @IntegerVariable(1, 3600)
  NOTIFICATION_LEASE_SECONDS: number = 30;
}
