import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { findAccount } from '../auth/accounts/account.repository.js';
import { linkInvalid } from '../auth/accounts/account-links.js';
import { AccountsService } from '../auth/accounts/accounts.service.js';
import { InvitedPatients } from '../auth/accounts/invited-patients.js';
import { emailTaken } from '../auth/accounts/insert-account.js';
import { PatientLinks } from '../auth/accounts/patient-links.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { canonicalAddress } from '../config/mail-address.js';
import { inTransaction } from '../database/in-transaction.js';
import type { AccountContext, Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { addGuardian, clearEmail, type Managed } from '../patients/patient-account.repository.js';
import { Clock } from '../time/clock.js';
import { ManagedPatients } from './managed-patients.service.js';

type Manager = Pick<Managed, 'accountId' | 'relation'>;

/**
 * Accepts the invitations of patients: with a new account of the patient's own, or with the account that the address
 * has. An invitation ends once the patient has another address, or an account of their own. In this room because bookings
 * change their account too (see `ManagedPatients`).
 */
@Injectable()
export class PatientAcceptance implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly invited: InvitedPatients,
    private readonly links: PatientLinks,
    private readonly accounts: AccountsService,
    private readonly sessions: Sessions,
    private readonly requests: IdempotentRequests,
    private readonly managed: ManagedPatients,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.invited.register({
      withPassword: (context, token, password) => this.acceptWithPassword(context, token, password),
      bySignedIn: (context, token) => this.acceptBySignedIn(context, token),
    });
  }

  /** @throws Refusal LINK_INVALID, VALIDATION_FAILED, EMAIL_TAKEN if the address has an account */
  private async acceptWithPassword(context: Context, token: string, password: string): Promise<void> {
    const { patientId, address } = await this.links.find(token);
    // The holder of the code reads the mails of the address, so this reveals nothing to strangers.
    if (await this.accounts.exists(address)) throw emailTaken();
    const passwordHash = await this.links.hashOf(password, address);
    await inTransaction(this.dataSource, async (tx) => {
      const patient = await this.useIn(tx, token, patientId, address);
      const { locale } = patient;
      const { id } = await this.links.openAccount(context, tx, { address, passwordHash, locale });
      const now = new Date(this.clock.now());
      if (patient.accountId !== null) await addGuardian(tx, patientId, patient.accountId, now);
      await clearEmail(tx, patientId);
      await this.giveIn(context, tx, patientId, { accountId: id, relation: 'self' });
    });
  }

  /** @throws Refusal LINK_INVALID, also if the account has another address */
  private async acceptBySignedIn(context: AccountContext, token: string): Promise<void> {
    await this.requests.once(context, async (tx) => {
      const { patientId, address } = await this.links.find(token);
      const { id } = context.actor;
      await this.sessions.lock(context, tx);
      const account = await findAccount(tx, id);
      if (account?.email !== canonicalAddress(address)) throw linkInvalid();
      const patient = await this.useIn(tx, token, patientId, address);
      if (patient.accountId === null)
        return this.giveIn(context, tx, patientId, { accountId: id, relation: 'dependant' });
      if (patient.accountId !== id) await addGuardian(tx, patientId, id, new Date(this.clock.now()));
      await this.recordIn(context, tx, patientId, { accountId: id, relation: 'dependant' });
    });
  }

  /** Locks the patient of an invitation and uses the link up. */
  private async useIn(
    tx: EntityManager,
    token: string,
    patientId: number,
    address: string,
  ): Promise<Managed> {
    const [patient] = await this.managed.lockIn(tx, [patientId]);
    if (!patient || !isInvited(patient, address)) throw linkInvalid();
    await this.links.use(tx, token);
    return patient;
  }

  private async giveIn(
    context: Context,
    tx: EntityManager,
    patientId: number,
    manager: Manager,
  ): Promise<void> {
    await this.managed.giveIn(tx, patientId, manager);
    await this.recordIn(context, tx, patientId, manager);
  }

  private async recordIn(
    context: Context,
    tx: EntityManager,
    patientId: number,
    { accountId, relation }: Manager,
  ): Promise<void> {
    const particulars = { account_id: accountId, relation };
    await this.changes.record(context, tx, { action: 'patient.accepted', subjectId: patientId, particulars });
  }
}

/** Whether an invitation to an address still holds for the patient. */
function isInvited({ email, relation, mergedInto, erasedAt }: Managed, address: string): boolean {
  return (
    mergedInto === null &&
    erasedAt === null &&
    relation !== 'self' &&
    email !== null &&
    canonicalAddress(email) === canonicalAddress(address)
  );
}
