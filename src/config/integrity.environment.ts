import { Transform } from 'class-transformer';
import { MAIL_FROM_FORM, OutboxEnvironment } from './outbox.environment.js';
import { IntegerVariable } from './variables.js';

const NOBODY = 'Nobody <nobody@clinic.invalid>';

/** The configuration of the integrity program. */
export class IntegrityEnvironment extends OutboxEnvironment {
  // Nobody waits for an answer, and a large table that has to be read from the disk takes its time.
  @IntegerVariable(5, 86_400)
  override DATABASE_TIMEOUT_SECONDS: number = 60;

  // Only a renewal of reminders needs it: a wrong one must not keep the check from running.
  @Transform(({ value }) => (MAIL_FROM_FORM.test(String(value)) ? (value as string) : NOBODY))
  override MAIL_FROM: string = NOBODY;
}
