import type { EntityManager } from 'typeorm';
import { isDuplicate } from '../../database/mysql-errors.js';
import { Refusal } from '../../errors/domain-error.js';
import { Account, type PublicAccount } from './account.entity.js';

type NewRow = Pick<
  Account,
  'email' | 'mailAddress' | 'passwordHash' | 'role' | 'locale' | 'createdAt' | 'verifiedAt'
>;

/** @throws Refusal EMAIL_TAKEN */
export async function insertAccount(tx: EntityManager, account: NewRow): Promise<PublicAccount> {
  try {
    const { id, email, mailAddress, role, locale, isVerified } = await tx.save(tx.create(Account, account));
    return {
      id,
      email,
      mailAddress,
      role,
      locale,
      isVerified,
      sessionVersion: 0,
      version: 1,
      isDisabled: false,
      hasSecondFactor: false,
    };
  } catch (error) {
    if (isDuplicate(error, 'accounts_email')) throw emailTaken();
    throw error;
  }
}

export function emailTaken(): Refusal {
  return new Refusal('EMAIL_TAKEN', 'Email already exists');
}
