import { randomUUID } from 'node:crypto';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Locale } from '../../config/locale.js';
import type { Role } from '../role.js';

/** A person's log-in. */
@Entity('accounts')
export class Account {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** In the canonical form: two spellings of one mailbox are one account (see `canonicalAddress`). */
  @Column({ type: 'varchar', length: 254, unique: true })
  email!: string;

  /** The recipient of emails, if not `email`: the canonical form folds letters that mail servers may distinguish. */
  @Column({ name: 'mail_address', type: 'varchar', length: 254, nullable: true })
  mailAddress!: string | null;

  /** argon2id, with its salt and parameters. */
  @Column({ name: 'password_hash', type: 'varchar', length: 255 })
  passwordHash!: string;

  @Column({ type: 'varchar', length: 16 })
  role!: Role;

  /** The language of the emails to this account. */
  @Column({ type: 'varchar', length: 8 })
  locale!: Locale;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** Incremented whenever all sessions end. Tokens carry the version at which they were issued. */
  @Column({ name: 'session_version', type: 'int', unsigned: true, default: 0 })
  sessionVersion!: number;

  @Column({ name: 'sessions_ended_at', type: 'datetime', precision: 3, nullable: true })
  sessionsEndedAt!: Date | null;

  /** UTC; since when the account cannot log in. */
  @Column({ name: 'disabled_at', type: 'datetime', precision: 3, nullable: true })
  disabledAt!: Date | null;

  /** UTC; when the owner proved that emails to the address arrive. */
  @Column({ name: 'verified_at', type: 'datetime', precision: 3, nullable: true })
  verifiedAt!: Date | null;

  /** Sealed. Log-in asks for it only once `secondFactorSince` is set. */
  @Column({ name: 'second_factor', type: 'varbinary', length: 64, nullable: true })
  secondFactor!: Buffer | null;

  @Column({ name: 'second_factor_since', type: 'datetime', precision: 3, nullable: true })
  secondFactorSince!: Date | null;

  /** The last used time step, in units of 30 seconds since 1970. */
  @Column({ name: 'second_factor_step', type: 'int', unsigned: true, nullable: true })
  secondFactorStep!: number | null;

  /** From 1, raised by each change that answers show: see `NEXT_VERSION`. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;

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

/** The columns of an account without a second factor. */
export const NO_SECOND_FACTOR = {
  secondFactor: null,
  secondFactorSince: null,
  secondFactorStep: null,
} as const;

/** The column that an update writes with each column that answers show. */
export const NEXT_VERSION = { version: (): string => 'version + 1' } as const;

/** An account without its secrets. */
export type PublicAccount = Pick<
  Account,
  | 'id'
  | 'email'
  | 'mailAddress'
  | 'role'
  | 'locale'
  | 'sessionVersion'
  | 'version'
  | 'isDisabled'
  | 'isVerified'
  | 'hasSecondFactor'
>;

/** The part of an account that responses may contain and that may be stored with an idempotency key. */
export function withoutSecrets(account: Account): PublicAccount {
  const { id, email, mailAddress, role, locale, sessionVersion, version } = account;
  const { isDisabled, isVerified, hasSecondFactor } = account;
  const shown = { id, email, mailAddress, role, locale, isDisabled, isVerified, hasSecondFactor };
  return { ...shown, sessionVersion, version };
}

const ERASED_ADDRESS = /^erased-[\w-]+@erased\.invalid$/;

/** The address of an erased account; unique, and unknown to others, who could otherwise register it before. */
export function erasedAddress(): string {
  return `erased-${randomUUID()}@erased.invalid`;
}

/** SQL: `LIKE` pattern of the addresses of erased accounts. */
export const ERASED_PATTERN = 'erased-%@erased.invalid';

/** Whether the account was erased: nobody may enable it again. An enabled one was registered with such an address. */
export function isErased({ email, isDisabled }: Pick<Account, 'email' | 'isDisabled'>): boolean {
  return isDisabled && ERASED_ADDRESS.test(email);
}

/** Whether the account has a second factor that was set up before its address was verified, perhaps by a stranger. */
export function hasUnverifiedFactor({ secondFactor, secondFactorSince, verifiedAt }: Account): boolean {
  if (verifiedAt === null) return secondFactor !== null;
  return secondFactorSince !== null && secondFactorSince < verifiedAt;
}
