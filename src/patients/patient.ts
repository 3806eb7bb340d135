import type { Locale } from '../config/locale.js';
import type { EpochMs } from '../time/interval.js';
import type { Contact, PatientRelation } from './patient.entity.js';

/** In characters. */
export const LONGEST_NOTES = 1000;

/** What is known about a person; null where it is not. */
export interface PatientDetails {
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** YYYY-MM-DD. */
  readonly birthDate: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly email: string | null;
  readonly locale: Locale | null;
  readonly contactBy: Contact;
  /** The desk's. */
  readonly notes: string | null;
}

/** Details as a person typed them: phone and email may have any form. Undefined where nothing was sent. */
export type TypedDetails = { readonly [Field in keyof PatientDetails]?: PatientDetails[Field] | undefined };

/** A patient as stored. */
export interface PatientRecord extends PatientDetails {
  readonly id: number;
  /** The account that manages the patient. */
  readonly accountId: number | null;
  readonly relation: PatientRelation | null;
  /** The address of that account. */
  readonly accountEmail: string | null;
  readonly version: number;
  readonly createdAt: EpochMs;
  /** The patient that has this one's bookings since a merge. */
  readonly mergedInto: number | null;
  readonly isErased: boolean;
}

/** A patient, with the relation of the actor's own account. */
export interface SeenPatient extends PatientRecord {
  /** Null if the patient is not the account's own. A patient that the account has accepted is a dependant. */
  readonly ownRelation: PatientRelation | null;
}

/** The names of the fields on the wire. */
export const WIRE_NAMES: Readonly<Record<keyof PatientDetails, string>> = {
  givenName: 'given_name',
  familyName: 'family_name',
  birthDate: 'birth_date',
  phone: 'phone',
  email: 'email',
  locale: 'locale',
  contactBy: 'contact_by',
  notes: 'notes',
};

export const DETAIL_FIELDS = Object.keys(WIRE_NAMES) as (keyof PatientDetails)[];

/** The most patients whom one account manages besides its owner. */
export const MAX_DEPENDANTS = 10;

/** The address of a patient: their own, else that of the account whose owner they are. Pure. */
export function emailOf({
  email,
  relation,
  accountEmail,
}: Pick<PatientRecord, 'email' | 'relation' | 'accountEmail'>): string | null {
  return email ?? (relation === 'self' ? accountEmail : null);
}
