import { IsIn, IsNotEmpty, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { LOCALES, type Locale } from './locale.js';
import { OutboxEnvironment } from './outbox.environment.js';
import { readSecrets } from './secrets.js';
import { isTimeZone, timeZoneMessage } from './time-zone.js';
import { TextVariable } from './variables.js';

/** A telephone number of a clinic, as people write it. */
export const CLINIC_PHONE_NUMBER = /^\+?\d[\d ().\/-]{2,38}$/;

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

  /**
   * The clinic's address, shown at the end of emails and as the location of calendar entries. Like the name and the phone
   * number, admins can replace it while the clinic runs.
   */
  @IsString()
  @MaxLength(200)
  @Matches(/^[^\p{Cc}<>]*$/u, {
    message: 'CLINIC_ADDRESS must be plain text on one line, without angle brackets',
  })
  CLINIC_ADDRESS: string = '';

  /** The clinic's phone number, shown at the end of emails. */
  @ValidateIf(({ CLINIC_PHONE }: ClinicEnvironment) => CLINIC_PHONE !== '')
  @Matches(CLINIC_PHONE_NUMBER, {
    message: 'CLINIC_PHONE must be a telephone number such as +34 912 345 678',
  })
  CLINIC_PHONE: string = '';

  @TextVariable(
    (text) => (isTimeZone(text) ? text : undefined),
    (value) => `CLINIC_TIMEZONE ${timeZoneMessage(value)}`,
  )
  CLINIC_TIMEZONE: string = 'UTC';

  /** The language of emails to people without a language of their own. */
  @IsIn(LOCALES)
  DEFAULT_LOCALE: Locale = 'en';
}
