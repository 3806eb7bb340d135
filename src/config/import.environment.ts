import { DatabaseEnvironment } from './database.environment.js';
import { isTimeZone, timeZoneMessage } from './time-zone.js';
import { TextVariable } from './variables.js';

/** The configuration of the program that imports patients. */
export class ImportEnvironment extends DatabaseEnvironment {
  /** Decides which birth dates are in the future. */
  @TextVariable(
    (text) => (isTimeZone(text) ? text : undefined),
    (value) => `CLINIC_TIMEZONE ${timeZoneMessage(value)}`,
  )
  CLINIC_TIMEZONE: string = 'UTC';
}
