import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import type { Locale } from '../../config/locale.js';
import type { Context } from '../../http/context.js';
import { Changes } from '../../outbox/changes.js';
import { PATIENT_INVITATION } from '../../outbox/notification-kind.js';
import { Outbox } from '../../outbox/outbox.repository.js';
import { Clock } from '../../time/clock.js';
import { NewPasswords } from '../passwords/new-passwords.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { columnsOfAddress } from './account-address.js';
import { accountOpened } from './account-changes.js';
import type { PublicAccount } from './account.entity.js';
import { linkInvalid } from './account-links.js';
import { AddressRefusals } from './address-refusals.js';
import { insertAccount } from './insert-account.js';
import { lifetimeMs } from './link-pause.js';
import { LinkPauses } from './link-pauses.js';
import { uidOfLink } from './link-token.js';
import {
  findPatientOfLink,
  insertPatientLink,
  type PatientLink,
  usePatientLink,
} from './patient-link.repository.js';

/** The account that the holder of a link opens. */
interface OpenedAccount {
  readonly address: string;
  readonly passwordHash: string;
  readonly locale: Locale | null;
}

/** Links that invite patients. Each can be used once before it expires, and proves that its holder reads the address. */
@Injectable()
export class PatientLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly pauses: LinkPauses,
    private readonly newPasswords: NewPasswords,
    private readonly hasher: PasswordHasher,
    private readonly refusals: AddressRefusals,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly keys: Keys,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * Mails a link, unless the last one to the address was too recent.
   *
   * @returns 0, or how long to wait in ms if the last link was too recent
   */
  async mail(tx: EntityManager, { patientId, address }: PatientLink): Promise<number> {
    const now = this.clock.now();
    const wanted = { address, isConfirmed: false, kind: PATIENT_INVITATION } as const;
    const { before, after, addressHash } = await this.pauses.findOfAddress(tx, wanted, now);
    if (before > 0) return before;
    const linkId = await insertPatientLink(tx, {
      patientId,
      address,
      addressHash,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetimeMs(PATIENT_INVITATION, false, after)),
    });
    await this.outbox.appendLink(tx, {
      accountId: null,
      linkId,
      kind: 'patient_invitation',
      dueAt: now,
      address,
    });
    return 0;
  }

  /** Whether this service made the token for a patient. */
  isForPatient(token: string): boolean {
    return this.uidOf(token) !== undefined;
  }

  /**
   * The patient that a valid link was mailed to. Does not use the link up.
   *
   * @throws Refusal LINK_INVALID
   */
  async find(token: string): Promise<PatientLink> {
    const uid = this.uidOf(token);
    const now = new Date(this.clock.now());
    const link = uid === undefined ? undefined : await findPatientOfLink(this.dataSource, uid, now);
    if (!link) throw linkInvalid();
    return link;
  }

  /** @throws Refusal LINK_INVALID: unknown, expired or used */
  async use(tx: EntityManager, token: string): Promise<void> {
    const now = new Date(this.clock.now());
    if (!(await usePatientLink(tx, this.uidOf(token)!, now))) throw linkInvalid();
  }

  /**
   * The hash of the password for a new account.
   *
   * @throws Refusal VALIDATION_FAILED for a common password
   */
  async hashOf(password: string, address: string): Promise<string> {
    await this.newPasswords.assertNotCommon(password, address);
    return this.hasher.hash(password);
  }

  /**
   * Opens an account with a confirmed address, for a patient who exists already.
   *
   * @throws Refusal EMAIL_TAKEN
   */
  async openAccount(
    context: Context,
    tx: EntityManager,
    { address, passwordHash, locale }: OpenedAccount,
  ): Promise<PublicAccount> {
    const now = new Date(this.clock.now());
    const opened = await insertAccount(tx, {
      ...columnsOfAddress(address),
      passwordHash,
      role: 'user',
      locale: locale ?? this.environment.DEFAULT_LOCALE,
      createdAt: now,
      verifiedAt: now,
    });
    await this.refusals.lift(tx, address);
    await this.changes.record(context, tx, await accountOpened(tx, opened, { invited: true }));
    return opened;
  }

  private uidOf(token: string): string | undefined {
    return this.keys.firstResult((key) => uidOfLink(token, PATIENT_INVITATION, key));
  }
}
