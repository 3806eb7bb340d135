import { plainLine } from './plain-line.js';

/** Who writes, as it is configured. */
export interface ClinicFacts {
  readonly clinicName: string;
  /** IANA name. */
  readonly clinicTimezone: string;
  /** One line; none if the clinic has set no address. */
  readonly clinicAddress?: string | undefined;
  /** As people write it; none if the clinic has set no phone. */
  readonly clinicPhone?: string | undefined;
}

/** Where the reader finds the clinic, at the end of each email. */
export interface ContactView {
  readonly address: string | null;
  readonly phone: { readonly text: string; readonly dial: string } | null;
}

export function contactOf({ clinicAddress = '', clinicPhone = '' }: ClinicFacts): ContactView {
  const phone = plainLine(clinicPhone);
  return {
    address: plainLine(clinicAddress) || null,
    // RFC 3966: what stands between the digits is for people.
    phone: phone ? { text: phone, dial: phone.replace(/(?!^\+)[^\d]/g, '') } : null,
  };
}
