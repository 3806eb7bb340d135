import { IsIn, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { LOCALES, type Locale } from './locale.js';
import { OutboxEnvironment } from './outbox.environment.js';
import { readSecrets } from './secrets.js';
import { isTimeZone, timeZoneMessage } from './time-zone.js';
import { TextVariable } from './variables.js';

/** The variables that the API and the worker share. */
export class ClinicEnvironment extends OutboxEnvironment {
  /** Only `Keys` reads it. */
  @TextVariable(
    readSecrets,
    'JWT_SECRET must be one secret, or during a key rotation the new and the former one, separated by a comma',
  )
  JWT_SECRET!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  @Matches(/^[^\p{Cc}<>]+$/u, {
    message: 'CLINIC_NAME must be plain text without line breaks or angle brackets',
  })
  CLINIC_NAME: string = 'Clinica';

  @TextVariable(
    (text) => (isTimeZone(text) ? text : undefined),
    (value) => `CLINIC_TIMEZONE ${timeZoneMessage(value)}`,
  )
  CLINIC_TIMEZONE: string = 'UTC';

  /** The language of emails to people without a language of their own. */
  @IsIn(LOCALES)
  DEFAULT_LOCALE: Locale = 'en';
}
