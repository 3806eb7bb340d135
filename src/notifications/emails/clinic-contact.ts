import { plainLine } from './plain-line.js';

/** The clinic, as configured. */
export interface ClinicFacts {
  readonly clinicName: string;
  /** IANA name. */
  readonly clinicTimezone: string;
  /** One line, if the clinic has configured an address. */
  readonly clinicAddress?: string | undefined;
  /** As people write it, if the clinic has configured a phone. */
  readonly clinicPhone?: string | undefined;
}

/** The clinic's contact details at the end of each email. */
export interface ContactView {
  readonly address: string | null;
  readonly phone: { readonly text: string; readonly dial: string } | null;
}

export function contactOf({ clinicAddress = '', clinicPhone = '' }: ClinicFacts): ContactView {
  const phone = plainLine(clinicPhone);
  return {
    address: plainLine(clinicAddress) || null,
    // RFC 3966: separators between digits are for people only.
    phone: phone ? { text: phone, dial: phone.replace(/(?!^\+)[^\d]/g, '') } : null,
  };
}
