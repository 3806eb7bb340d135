import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Locale } from '../../config/locale.js';
import type { Role } from '../role.js';

/** Someone who can log in. */
@Entity('accounts')
export class Account {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** In the canonical form: two spellings of one mailbox are one account (see `canonicalAddress`). */
  @Column({ type: 'varchar', length: 254, unique: true })
  email!: string;

  /** Where mails go, if not to `email` itself: folding took letters from it that mail servers may tell apart. */
  @Column({ name: 'mail_address', type: 'varchar', length: 254, nullable: true })
  mailAddress!: string | null;

  /** argon2id, with its salt and parameters. */
  @Column({ name: 'password_hash', type: 'varchar', length: 255 })
  passwordHash!: string;

  @Column({ type: 'varchar', length: 16 })
  role!: Role;

  /** The language of the mails to this account. */
  @Column({ type: 'varchar', length: 8 })
  locale!: Locale;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** Raised whenever all sessions end: tokens carry the one they were issued at. */
  @Column({ name: 'session_version', type: 'int', unsigned: true, default: 0 })
  sessionVersion!: number;

  @Column({ name: 'sessions_ended_at', type: 'datetime', precision: 3, nullable: true })
  sessionsEndedAt!: Date | null;

  /** UTC; cannot log in since. */
  @Column({ name: 'disabled_at', type: 'datetime', precision: 3, nullable: true })
  disabledAt!: Date | null;

  /** UTC; when its owner has shown that mails to the address arrive. */
  @Column({ name: 'verified_at', type: 'datetime', precision: 3, nullable: true })
  verifiedAt!: Date | null;

  /** Sealed; counts only since `secondFactorSince`. */
  @Column({ name: 'second_factor', type: 'varbinary', length: 64, nullable: true })
  secondFactor!: Buffer | null;

  @Column({ name: 'second_factor_since', type: 'datetime', precision: 3, nullable: true })
  secondFactorSince!: Date | null;

  /** The last 30 seconds, counted since 1970, whose digits were used. */
  @Column({ name: 'second_factor_step', type: 'int', unsigned: true, nullable: true })
  secondFactorStep!: number | null;

  get hasSecondFactor(): boolean {
    return this.secondFactorSince !== null;
  }

  get isVerified(): boolean {
    return this.verifiedAt !== null;
  }

  get isDisabled(): boolean {
    return this.disabledAt !== null;
  }
}

/** What an account is without a second factor. */
export const NO_SECOND_FACTOR = {
  secondFactor: null,
  secondFactorSince: null,
  secondFactorStep: null,
} as const;

/** An account without its secrets. */
export type PublicAccount = Pick<
  Account,
  | 'id'
  | 'email'
  | 'mailAddress'
  | 'role'
  | 'locale'
  | 'sessionVersion'
  | 'isDisabled'
  | 'isVerified'
  | 'hasSecondFactor'
>;

/** What may be answered of an account, and kept with an answer. */
export function withoutSecrets(account: Account): PublicAccount {
  const { id, email, mailAddress, role, locale, sessionVersion } = account;
  const { isDisabled, isVerified, hasSecondFactor } = account;
  return { id, email, mailAddress, role, locale, sessionVersion, isDisabled, isVerified, hasSecondFactor };
}
