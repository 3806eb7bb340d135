import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ClinicEnvironment } from './clinic.environment.js';
import { BooleanVariable, DaysVariable, IntegerVariable, TextVariable } from './variables.js';
import { readPage, readSmtpUrl } from './web-addresses.js';

/** The configuration of the worker. */
export class WorkerEnvironment extends ClinicEnvironment {
  @TextVariable(readSmtpUrl, 'SMTP_URL must look like smtp://user:password@host:587')
  SMTP_URL!: string;

  @IntegerVariable(1, 100)
  MAIL_CONCURRENCY: number = 5;

  /** Mails that a confirmed address gets within 24 hours; a quarter of them, two at least, until it is confirmed. */
  @IntegerVariable(4, 1_000_000)
  MAIL_BUDGET_PER_DAY: number = 20;

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
  @BooleanVariable()
  CLINIC_DISCREET_SUBJECTS: boolean = false;

  /** Where the clinic's own pages are: mails with a code link to `/reset-password`, `/verify-email`, `/invitation`, `/change-email` and `/not-me` there. */
  @IsOptional()
  @TextVariable(
    readPage,
    'FRONT_END_URL must be an address such as https://clinic.example/app, without a user, a query or a fragment',
  )
  FRONT_END_URL?: string;

  // How long what is over is kept. 0 keeps it for good.

  /** Days after its end that a booking is kept, and its notifications with it. */
  @DaysVariable()
  BOOKING_DAYS: number = 0;

  /** Days that notifications are kept: after the end of their booking, else after they were settled. */
  @DaysVariable()
  NOTIFICATION_DAYS: number = 0;

  /** Days after they expired that mailed links are kept, and their notifications with them. */
  @DaysVariable()
  LINK_DAYS: number = 30;

  /** Days that the audit trail keeps an event. */
  @DaysVariable()
  AUDIT_EVENT_DAYS: number = 0;

  /** Days that an event of the audit trail keeps the network address that it came from. */
  @DaysVariable()
  AUDIT_ADDRESS_DAYS: number = 365;

  /** A file that the worker touches at each round, for health checks. */
  @IsOptional()
  @IsString()
  HEARTBEAT_FILE?: string;
}
