import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, MoreThan, Repository } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountChange, accountOpened } from './account-changes.js';
import { ApiEnvironment } from '../../config/api.environment.js';
import type { Locale } from '../../config/locale.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { inTransaction } from '../../database/in-transaction.js';
import { NotFound } from '../../errors/domain-error.js';
import { type Context, hasAccount } from '../../http/context.js';
import { Throttle } from '../../http/rate-limits/throttle.js';
import { Clock } from '../../time/clock.js';
import { columnsOfAddress } from './account-address.js';
import { AfterOpening, type Person } from './after-opening.js';
import { Account, type PublicAccount } from './account.entity.js';
import { InvalidCredentials } from './invalid-credentials.js';
import { AddressVerification } from './address-verification.js';
import { insertAccount } from './insert-account.js';
import { TakenAddresses } from './taken-addresses.js';
import { NewPasswords } from '../passwords/new-passwords.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import type { Role } from '../role.js';
import { Sessions } from '../sessions/sessions.js';

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** The language of the emails to it; by default the clinic's. */
  readonly locale?: Locale | undefined;
}

interface AccountFilter {
  readonly role?: Role | undefined;
  readonly after: number;
  readonly limit: number;
}

/** Opens, finds and authenticates accounts. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    private readonly hasher: PasswordHasher,
    private readonly newPasswords: NewPasswords,
    private readonly changes: Changes,
    private readonly sessions: Sessions,
    private readonly verification: AddressVerification,
    private readonly taken: TakenAddresses,
    private readonly throttle: Throttle,
    private readonly afterOpening: AfterOpening,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * Opens an account whose address the caller vouches for. Hashes the password before any query, so the response time
   * does not reveal whether the address is taken.
   *
   * @throws Refusal EMAIL_TAKEN
   */
  async open(context: Context, account: NewAccount): Promise<PublicAccount> {
    const passwordHash = await this.hasher.hash(account.password);
    return inTransaction(this.dataSource, (tx) => this.openIn(context, tx, account, passwordHash));
  }

  /** As `open`, with the password hashed already. */
  async openIn(
    context: Context,
    tx: EntityManager,
    account: Omit<NewAccount, 'password'>,
    passwordHash: string,
  ): Promise<PublicAccount> {
    if (hasAccount(context)) await this.sessions.lock(context, tx);
    const now = new Date(this.clock.now());
    const row = { ...this.rowOf(account), passwordHash, createdAt: now, verifiedAt: now };
    const opened = await insertAccount(tx, row);
    await this.afterOpening.run(tx, opened);
    await this.changes.record(context, tx, await accountOpened(tx, opened));
    return opened;
  }

  /**
   * Opens an account for a patient who registers. Its address is not verified yet. Counts only valid registrations
   * against the limit of a day, which many people may share.
   *
   * @throws Refusal EMAIL_TAKEN, VALIDATION_FAILED
   * @throws TooManyRequests after too many registrations in a day
   */
  async register(
    context: Context,
    account: Omit<NewAccount, 'role'>,
    person: Person = {},
  ): Promise<PublicAccount> {
    await this.afterOpening.check(person);
    await this.newPasswords.assertNotCommon(account.password, account.email);
    await this.throttle.countFrom('registerDaily', context.actor.address ?? '');
    const row = {
      ...this.rowOf({ ...account, role: 'user' }),
      passwordHash: await this.hasher.hash(account.password),
      createdAt: new Date(this.clock.now()),
      verifiedAt: null,
    };
    const open = async (tx: EntityManager): Promise<PublicAccount> => {
      const opened = await insertAccount(tx, row);
      await this.afterOpening.run(tx, opened, person);
      await this.verification.begin(tx, opened);
      await this.changes.record(context, tx, accountChange('account.registered', opened.id));
      return opened;
    };
    return this.taken.recordTaken(context, account.email, () => inTransaction(this.dataSource, open));
  }

  /**
   * The account with this email and password.
   *
   * @throws Refusal INVALID_CREDENTIALS, with the same text and timing for a wrong email, a wrong password and a
   *   disabled account
   */
  async authenticate(email: string, password: string): Promise<Account> {
    const account = await this.findByEmail(email);
    const isRight = await this.hasher.verify(account?.passwordHash, password);
    if (!isRight || !account || account.isDisabled) {
      throw new InvalidCredentials(account?.id);
    }
    return account;
  }

  /** @throws NotFound ACCOUNT_NOT_FOUND */
  async get(id: number): Promise<Account> {
    const account = await this.accounts.findOneBy({ id });
    if (!account) throw noSuchAccount(id);
    return account;
  }

  async exists(email: string): Promise<boolean> {
    return (await this.findByEmail(email)) !== null;
  }

  async findByEmail(email: string): Promise<Account | null> {
    return this.accounts.findOneBy({ email: canonicalAddress(email) });
  }

  async find(id: number): Promise<Account | null> {
    return this.accounts.findOneBy({ id });
  }

  /** The next `limit` accounts after the id `after`, by id. */
  async list({ role, after, limit }: AccountFilter): Promise<Account[]> {
    return this.accounts.find({
      where: { id: MoreThan(after), ...(role && { role }) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  private rowOf({ email, role, locale }: Omit<NewAccount, 'password'>) {
    return {
      ...columnsOfAddress(email),
      role,
      locale: locale ?? this.environment.DEFAULT_LOCALE,
    };
  }
}

export function noSuchAccount(id: number): NotFound {
  return new NotFound('ACCOUNT_NOT_FOUND', `Account ${id} not found.`);
}
