import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PatientLinks } from '../auth/accounts/patient-links.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { Refusal, TooManyRequests } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { assertMaySee } from './patient.policy.js';
import { lockPatient } from './patient.repository.js';

const TOO_SOON = 'An invitation was sent to this address a moment ago.';

/** Invites patients to accounts of their own, or to the account that their address has. */
@Injectable()
export class PatientInvitations {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly links: PatientLinks,
    private readonly changes: Changes,
  ) {}

  /**
   * Mails the patient an invitation.
   *
   * @throws NotFound PATIENT_NOT_FOUND
   * @throws Refusal PATIENT_WITHOUT_EMAIL, PATIENT_HAS_ACCOUNT
   * @throws TooManyRequests too soon after another invitation to the same address
   * @throws VersionMismatch
   */
  async invite(context: AccountContext, id: number): Promise<void> {
    await this.requests.once(context, (tx) => this.inviteIn(context, tx, id));
  }

  private async inviteIn(context: AccountContext, tx: EntityManager, id: number): Promise<void> {
    await this.sessions.lock(context, tx);
    const { patient } = assertMaySee(context.actor, await lockPatient(tx, id, context.actor.id));
    assertCurrent(context, patient.version);
    if (patient.relation === 'self') throw hasAccount();
    if (patient.email === null) throw withoutEmail();
    const pause = await this.links.mail(tx, { patientId: id, address: patient.email });
    if (pause > 0) throw new TooManyRequests(Math.ceil(pause / 1000), TOO_SOON);
    await this.changes.record(context, tx, { action: 'patient.invited', subjectId: id });
  }
}

function hasAccount(): Refusal {
  return new Refusal('PATIENT_HAS_ACCOUNT', 'This patient has an account of their own already.');
}

function withoutEmail(): Refusal {
  return new Refusal('PATIENT_WITHOUT_EMAIL', 'This patient has no email of their own. Enter it first.');
}
