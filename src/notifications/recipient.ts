import { canonicalAddress, deliveryAddress } from '../config/mail-address.js';
import type { Locale } from '../config/locale.js';
import type { AddressStanding } from '../auth/accounts/account.repository.js';
import type { PatientRelation } from '../patients/patient.entity.js';
import type { BaseNotificationRow, BookingColumns, BookingNotificationRow } from './notification-row.js';

/** A notification about a booking as the database returns it. Its base columns are those of the patient's account. */
export interface PatientsRow extends BaseNotificationRow, BookingColumns {
  /** The account that manages the patient; null if there is none, and so are the base columns. */
  readonly account_id: number | null;
  /** In the canonical form. */
  readonly account_email: string | null;
  readonly owner_given_name: string | null;
  readonly owner_family_name: string | null;
  readonly patient_id: number;
  readonly own_address: string | null;
  readonly own_locale: Locale | null;
  readonly relation: PatientRelation | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
}

/** Whether the email goes to the patient's own address, which is not another spelling of the account's. */
export function usesOwnAddress<Row extends PatientsRow>(row: Row): row is Row & { own_address: string } {
  return row.own_address !== null && canonicalAddress(row.own_address) !== row.account_email;
}

/** The notification, to the account that manages the patient, if there is one. */
export function toAccount(row: PatientsRow): BookingNotificationRow {
  const { account_id: id, patient_id, relation, given_name: givenName, family_name: familyName } = row;
  const isDependant = relation === 'dependant';
  const recipient = { givenName: row.owner_given_name, familyName: row.owner_family_name };
  return {
    ...row,
    locale: row.own_locale ?? row.locale,
    owner: id === null ? { type: 'patient', id: patient_id } : { type: 'account', id },
    isConfirmedByAccount: false,
    recipient: isDependant ? recipient : { givenName, familyName },
    dependant: isDependant ? { givenName, familyName } : undefined,
  };
}

/** The notification, to the patient's own address. Nobody has confirmed it for the patient. */
export function toPatient(
  row: PatientsRow & { own_address: string },
  { isConfirmed, isRefused }: AddressStanding,
): BookingNotificationRow {
  return {
    ...row,
    email: deliveryAddress(row.own_address),
    locale: row.own_locale ?? row.locale,
    is_confirmed: 0,
    is_refused: isRefused ? 1 : 0,
    owner: { type: 'patient', id: row.patient_id },
    isConfirmedByAccount: isConfirmed,
    recipient: { givenName: row.given_name, familyName: row.family_name },
    dependant: undefined,
  };
}
