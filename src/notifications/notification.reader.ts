import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import {
  isAddressRefusedSql,
  joinAccount,
  joinLink,
  LINK_IS_REVOKED,
  mailAddressOf,
} from '../auth/accounts/account.sql.js';
import { findAddressStanding } from '../auth/accounts/account.repository.js';
import { joinBooking } from '../bookings/booking.sql.js';
import { CLINIC_COLUMNS, joinClinic } from '../clinic/clinic.sql.js';
import { joinDoctor, nameOfDoctor } from '../doctors/doctor.sql.js';
import {
  BLOCKED_UNTIL,
  NOTIFICATIONS,
  LAST_ANNOUNCED,
  LAST_ANNOUNCED_DOCTOR,
} from '../outbox/notification.sql.js';
import { joinPatient, joinSelf } from '../patients/patient.sql.js';
import type { LinkNotificationRow, NoticeRow, NotificationRow } from './notification-row.js';
import { type PatientsRow, toAccount, toPatient, usesOwnAddress } from './recipient.js';

// `n.address` differs from the account's own for a link to a requested new address, and for a notice to a former one.
const EMAIL = `COALESCE(n.address, ${mailAddressOf()})`;
const BASE_COLUMNS = `
  n.id, n.kind, a.id AS account_id, n.message_id, n.attempts, n.created_at, a.locale, ${EMAIL} AS email,
  CASE WHEN n.address <> ${mailAddressOf()} THEN COALESCE(n.address_confirmed, 0)
       ELSE a.verified_at IS NOT NULL END AS is_confirmed,
  ${isAddressRefusedSql(EMAIL)} AS is_refused, ${CLINIC_COLUMNS}`;

// The desk may have moved the booking to another doctor since.
const ANNOUNCED_DOCTOR = 'COALESCE(n.doctor_id, b.doctor_id)';
const OTHER_ANNOUNCED_DOCTOR = `NULLIF(${LAST_ANNOUNCED_DOCTOR}, d.id)`;

const ABOUT_BOOKING = `/* read-notification-about-booking */
  SELECT ${BASE_COLUMNS}, n.booking_version, n.starts_at, n.duration_minutes,
         ${LAST_ANNOUNCED}, ${nameOfDoctor(OTHER_ANNOUNCED_DOCTOR)} AS announced_doctor_name, b.id AS booking_id,
         b.uid, b.status, b.version AS current_version, b.booked_by_role, b.cancelled_by_role, b.cancel_reason,
         d.name AS doctor_name, d.specialty, d.timezone AS doctor_timezone,
         p.id AS patient_id, p.email AS own_address, p.locale AS own_locale, p.contact_by, p.relation,
         p.given_name, p.family_name, s.given_name AS owner_given_name, s.family_name AS owner_family_name,
         a.email AS account_email, ${BLOCKED_UNTIL} AS blocked_until
  FROM ${NOTIFICATIONS} ${joinBooking('n.booking_id')} ${joinDoctor(ANNOUNCED_DOCTOR)} ${joinPatient('b.patient_id')}
       LEFT ${joinAccount('p.account_id')} LEFT ${joinSelf('p.account_id')} ${joinClinic()}
  WHERE n.id = ?`;

const WITH_LINK = `/* read-notification-with-link */
  SELECT ${BASE_COLUMNS}, NULL AS patient_id, l.uid AS link_uid, l.expires_at, l.used_at,
         ${LINK_IS_REVOKED} AS is_revoked
  FROM ${NOTIFICATIONS} ${joinLink('n.link_id')} ${joinAccount('l.account_id')} ${joinClinic()}
  WHERE n.id = ?`;

const NOTICE = `/* read-notice */
  SELECT ${BASE_COLUMNS}, a.role, ${mailAddressOf('s')} AS subject_email
  FROM ${NOTIFICATIONS} ${joinAccount('n.account_id')} LEFT ${joinAccount('n.subject_id', 's')} ${joinClinic()}
  WHERE n.id = ? AND n.booking_id IS NULL AND n.link_id IS NULL`;

// The address counts as unconfirmed: nobody has shown yet that they read its mails.
const WITH_PATIENT_LINK = `/* read-notification-with-patient-link */
  SELECT n.id, n.kind, NULL AS account_id, p.id AS patient_id, n.message_id, n.attempts, n.created_at, p.locale,
         n.address AS email, 0 AS is_confirmed, ${isAddressRefusedSql('n.address')} AS is_refused, ${CLINIC_COLUMNS},
         l.uid AS link_uid, l.expires_at, l.used_at, 0 AS is_revoked
  FROM ${NOTIFICATIONS} ${joinLink('n.link_id')} ${joinPatient('l.patient_id')} ${joinClinic()}
  WHERE n.id = ? AND n.address IS NOT NULL`;

/**
 * Reads all that the mail of a notification needs: in one statement for bookings, or two for a patient's own address; in
 * up to four for others.
 */
@Injectable()
export class NotificationReader {
  constructor(private readonly dataSource: DataSource) {}

  async read(id: number): Promise<NotificationRow | undefined> {
    const [about] = await query<PatientsRow>(this.dataSource, ABOUT_BOOKING, [id]);
    if (about) {
      if (!usesOwnAddress(about)) return toAccount(about);
      return toPatient(about, await findAddressStanding(this.dataSource, about.own_address));
    }
    const [withLink] = await query<LinkNotificationRow>(this.dataSource, WITH_LINK, [id]);
    if (withLink) return withLink;
    const [notice] = await query<NoticeRow>(this.dataSource, NOTICE, [id]);
    if (notice) return notice;
    const [withPatientLink] = await query<LinkNotificationRow>(this.dataSource, WITH_PATIENT_LINK, [id]);
    return withPatientLink;
  }
}
