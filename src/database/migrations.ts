import { CreateClinic1 } from './migrations/1-create-clinic.js';
import { KeepEvidence2 } from './migrations/2-keep-evidence.js';
import { GuardAccounts3 } from './migrations/3-guard-accounts.js';
import { MailAccounts4 } from './migrations/4-mail-accounts.js';
import { KeepAudit5 } from './migrations/5-keep-audit.js';
import { SecondFactors6 } from './migrations/6-second-factors.js';
import { KeepSessions7 } from './migrations/7-keep-sessions.js';
import { RestrainMails8 } from './migrations/8-restrain-mails.js';
import { Invitations9 } from './migrations/9-invitations.js';
import { Retain10 } from './migrations/10-retain.js';
import { CountAddresses11 } from './migrations/11-count-addresses.js';
import { RecordFailing13 } from './migrations/13-record-failing.js';
import { OrderByInstant14 } from './migrations/14-order-by-instant.js';
import { CanonicalAddresses15 } from './migrations/15-canonical-addresses.js';
import { FormerAddresses16 } from './migrations/16-former-addresses.js';
import { FreeLinkKinds17 } from './migrations/17-free-link-kinds.js';
import { NumberAddressMails18 } from './migrations/18-number-address-mails.js';
import { Patients19 } from './migrations/19-patients.js';
import { BookingsOfPatients20 } from './migrations/20-bookings-of-patients.js';
import { DoctorsOfNotifications21 } from './migrations/21-doctors-of-notifications.js';
import { InvitePatients22 } from './migrations/22-invite-patients.js';
import { VersionAccounts24 } from './migrations/24-version-accounts.js';
import { SerialisePatients25 } from './migrations/25-serialise-patients.js';
import { AppointmentTypes26 } from './migrations/26-appointment-types.js';

/** All migrations, in the order in which they run. */
export const MIGRATIONS = [
  CreateClinic1,
  KeepEvidence2,
  GuardAccounts3,
  MailAccounts4,
  KeepAudit5,
  SecondFactors6,
  KeepSessions7,
  RestrainMails8,
  Invitations9,
  Retain10,
  CountAddresses11,
  RecordFailing13,
  OrderByInstant14,
  CanonicalAddresses15,
  FormerAddresses16,
  FreeLinkKinds17,
  NumberAddressMails18,
  Patients19,
  BookingsOfPatients20,
  DoctorsOfNotifications21,
  InvitePatients22,
  VersionAccounts24,
  SerialisePatients25,
  AppointmentTypes26,
] as const;
