import { Transform } from 'class-transformer';
import { MAIL_FROM_FORM, OutboxEnvironment } from './outbox.environment.js';
import { IntegerVariable } from './variables.js';

const PLACEHOLDER_SENDER = 'Nobody <nobody@clinic.invalid>';

/** The configuration of the integrity program. */
export class IntegrityEnvironment extends OutboxEnvironment {
  // Longer than for the other programs: nobody waits for the result, and reading a large table from disk takes time.
  @IntegerVariable(5, 86_400)
  override DATABASE_TIMEOUT_SECONDS: number = 60;

  // Only the renewal of reminders needs it: an invalid value must not prevent the check.
  @Transform(({ value }) => (MAIL_FROM_FORM.test(String(value)) ? (value as string) : PLACEHOLDER_SENDER))
  override MAIL_FROM: string = PLACEHOLDER_SENDER;
}
