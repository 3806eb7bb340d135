import { canonicalAddress, deliveryAddress, shownAddress } from '../../config/mail-address.js';
import type { Account } from './account.entity.js';

type Addressed = Pick<Account, 'email' | 'mailAddress'>;

/** The columns for an address as a person typed it. Pure. */
export function columnsOfAddress(typed: string): Addressed {
  const [email, mailAddress] = [canonicalAddress(typed), deliveryAddress(typed)];
  return { email, mailAddress: mailAddress === email ? null : mailAddress };
}

/** The address to which emails for an account go. Pure. */
export function recipientAddressOf({ email, mailAddress }: Addressed): string {
  return mailAddress ?? email;
}

/** An account's address as people see it. Pure. */
export function shownAddressOf(account: Addressed): string {
  return shownAddress(recipientAddressOf(account));
}
