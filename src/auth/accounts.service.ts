import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { Environment } from '../config/environment.js';
import type { Locale } from '../config/locale.js';
import { isDuplicate } from '../database/mysql-errors.js';
import { NotFound, Refusal } from '../http/domain-error.js';
import { Clock } from '../time/clock.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import type { KeyedRequest } from '../idempotency/keyed-request.js';
import { Account, type PublicAccount } from './account.entity.js';
import { PasswordHasher } from './password-hasher.js';
import type { Role } from './role.js';

interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** The language of the mails to it; by default the clinic's. */
  readonly locale?: Locale | undefined;
}

/** Accounts: who may log in, as what. */
@Injectable()
export class AccountsService {
  constructor(
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    private readonly requests: IdempotentRequests,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /**
   * Opens an account. The password is hashed before anything is looked up, so that the time of the answer does
   * not depend on whether the address is taken.
   *
   * @throws Refusal EMAIL_TAKEN
   */
  async open({ email, password, role, locale }: NewAccount, keyed?: KeyedRequest): Promise<PublicAccount> {
    const account = {
      email: email.toLowerCase(),
      passwordHash: await this.hasher.hash(password),
      role,
      locale: locale ?? this.environment.DEFAULT_LOCALE,
      createdAt: new Date(this.clock.now()),
    };
    return this.requests.once(keyed, (tx) => insert(tx, account));
  }

  /**
   * The account that this email and password belong to.
   *
   * @throws Refusal INVALID_CREDENTIALS, the same in text and in time for a wrong email and a wrong password
   */
  async authenticate(email: string, password: string): Promise<Account> {
    const account = await this.accounts.findOneBy({ email: email.toLowerCase() });
    if (!(await this.hasher.verify(account?.passwordHash, password)) || !account) {
      throw new Refusal('INVALID_CREDENTIALS', 'Invalid credentials');
    }
    return account;
  }

  /** @throws NotFound ACCOUNT_NOT_FOUND */
  async get(id: number): Promise<Account> {
    const account = await this.accounts.findOneBy({ id });
    if (!account) throw new NotFound('ACCOUNT_NOT_FOUND', `There is no account ${id}.`);
    return account;
  }

  async isOpen(email: string): Promise<boolean> {
    return this.accounts.existsBy({ email: email.toLowerCase() });
  }

  async find(id: number): Promise<Account | null> {
    return this.accounts.findOneBy({ id });
  }

  /** @throws NotFound ACCOUNT_NOT_FOUND */
  async changeRole(id: number, role: Role): Promise<Account> {
    return this.change(id, { role });
  }

  /** @throws NotFound ACCOUNT_NOT_FOUND */
  async changeLocale(id: number, locale: Locale): Promise<Account> {
    return this.change(id, { locale });
  }

  /** Writes what changes and nothing else: a whole row, read before, would undo what others changed since. */
  private async change(id: number, what: Partial<Pick<Account, 'role' | 'locale'>>): Promise<Account> {
    await this.accounts.update({ id }, what);
    return this.get(id);
  }
}

async function insert(tx: EntityManager, account: Omit<Account, 'id'>): Promise<PublicAccount> {
  try {
    const { id, email, role, locale } = await tx.save(tx.create(Account, account));
    return { id, email, role, locale };
  } catch (error) {
    if (isDuplicate(error, 'accounts_email')) throw new Refusal('EMAIL_TAKEN', 'Email already exists');
    throw error;
  }
}
