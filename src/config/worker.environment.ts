import { IsOptional, IsString } from 'class-validator';
import { ClinicEnvironment } from './clinic.environment.js';
import { BooleanVariable, DaysVariable, IntegerVariable, TextVariable } from './variables.js';
import { readPage, readSmtpUrl } from './web-addresses.js';

/** The configuration of the worker. */
export class WorkerEnvironment extends ClinicEnvironment {
  @TextVariable(readSmtpUrl, 'SMTP_URL must look like smtp://user:password@host:587')
  SMTP_URL!: string;

  @IntegerVariable(1, 100)
  MAIL_CONCURRENCY: number = 5;

  /**
   * The most emails to a confirmed address within 24 hours; a quarter of it, but at least two, to an unconfirmed one.
   */
  @IntegerVariable(4, 1_000_000)
  MAIL_BUDGET_PER_DAY: number = 20;

  /** Whether the subjects of emails omit the doctor, because locked screens show subjects to anybody. */
  @BooleanVariable()
  CLINIC_DISCREET_SUBJECTS: boolean = false;

  /**
   * The URL of the clinic's front end. Emails with a code link to its pages `/reset-password`, `/verify-email`,
   * `/invitation`, `/change-email` and `/not-me`.
   */
  @IsOptional()
  @TextVariable(
    readPage,
    'FRONT_END_URL must be an address such as https://clinic.example/app, without a user, a query or a fragment',
  )
  FRONT_END_URL?: string;

  // Retention periods. 0 keeps data forever.

  /** Days that a booking and its notifications are kept after its end. */
  @DaysVariable()
  BOOKING_DAYS: number = 0;

  /** Days that a notification is kept after the end of its booking; without a booking, after it was settled. */
  @DaysVariable()
  NOTIFICATION_DAYS: number = 0;

  /** Days that an emailed link and its notifications are kept after it expired. */
  @DaysVariable()
  LINK_DAYS: number = 30;

  /** Days that an audit event is kept. */
  @DaysVariable()
  AUDIT_EVENT_DAYS: number = 0;

  /** Days that an audit event keeps its network address. */
  @DaysVariable()
  AUDIT_ADDRESS_DAYS: number = 365;

  /** A file that the worker touches periodically, for health checks. */
  @IsOptional()
  @IsString()
  HEARTBEAT_FILE?: string;
}
