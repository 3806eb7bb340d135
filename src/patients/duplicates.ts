import { canonicalAddress } from '../config/mail-address.js';
import { emailOf, type PatientRecord, type TypedDetails } from './patient.js';
import { nameKey } from './patient-names.js';

type Identity = Pick<TypedDetails, 'givenName' | 'familyName' | 'birthDate' | 'phone' | 'email'>;

/**
 * Whether two records are probably of one person: the same birth date and family name, with the same given name, phone
 * or email; or the same phone and given name. Families share phones and emails, so these alone tell nothing. Pure.
 */
export function isProbablySame(a: Identity, b: Identity): boolean {
  const hasSame = (key: (identity: Identity) => string | null | undefined): boolean => {
    const value = key(a);
    return Boolean(value) && value === key(b);
  };
  const isSameGivenName = hasSame(({ givenName }) => givenName && nameKey(givenName));
  const isSamePhone = hasSame(({ phone }) => phone);
  if (isSamePhone && isSameGivenName) return true;
  const isSameFamily = hasSame(({ familyName }) => familyName && nameKey(familyName));
  const isSameBirthDate = hasSame(({ birthDate }) => birthDate);
  const isSameEmail = hasSame(({ email }) => email && canonicalAddress(email));
  return isSameBirthDate && isSameFamily && (isSameGivenName || isSamePhone || isSameEmail);
}

/** The records that are probably of the same person as the details. */
export function probablySame<R extends PatientRecord>(details: TypedDetails, records: readonly R[]): R[] {
  return records.filter((patient) => isProbablySame(details, { ...patient, email: emailOf(patient) }));
}
