import { deliveryAddress } from '../config/mail-address.js';
import type { PatientDetails, PatientRecord, TypedDetails } from './patient.js';
import { type FieldError, required } from './patient.refusals.js';
import { readPhone } from './phone.js';

/** What the clinic knows that decides whether details are right. */
export interface DetailFacts {
  /** Of phone numbers without a country code, ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** The clinic's date, YYYY-MM-DD. */
  readonly today: string;
}

/** Details in the form in which they are stored, and what is wrong with them. Pure. */
export function readDetails(
  typed: TypedDetails,
  { country, today }: DetailFacts,
): { readonly details: TypedDetails; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  if (typed.birthDate && typed.birthDate > today)
    errors.push({ field: 'birth_date', message: 'birth_date must not be in the future' });
  const phone = typed.phone ? readPhone(typed.phone, country) : typed.phone;
  if (typed.phone && phone === undefined) errors.push(unreadablePhone(country));
  const email = typed.email ? deliveryAddress(typed.email) : typed.email;
  return { details: { ...typed, phone, email }, errors };
}

function unreadablePhone(country: string | null): FieldError {
  const help = country === null ? ' with its country code' : '';
  return {
    field: 'phone',
    message: `phone is not a number that can be dialled. Write it${help} like +34 612 345 678`,
  };
}

/** What is missing from the details of a patient with this relation. Pure. */
export function missingDetails(
  details: Partial<PatientDetails> | TypedDetails,
  relation: PatientRecord['relation'],
): FieldError[] {
  // The patient of an account needs nothing: people may register with nothing but an email.
  if (relation === 'self') return [];
  const names = [
    ...(details.givenName ? [] : [required('given_name')]),
    ...(details.familyName ? [] : [required('family_name')]),
  ];
  if (relation === 'dependant') return [...names, ...(details.birthDate ? [] : [required('birth_date')])];
  if (details.phone || details.email) return names;
  return [...names, { field: 'phone', message: 'phone or email is required' }];
}
