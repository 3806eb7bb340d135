import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { Sessions } from '../auth/sessions/sessions.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { DetailsService } from './details.service.js';
import { DETAIL_FIELDS, type SeenPatient, type TypedDetails, WIRE_NAMES } from './patient.js';
import { assertMaySee, assertMaySend, type Party } from './patient.policy.js';
import { invalidFields } from './patient.refusals.js';
import { findPatient, listOwnPatients, lockPatient, updatePatient } from './patient.repository.js';
import { missingDetails } from './patient.rules.js';

/** A patient, and in which capacity the actor sees it. */
export interface SeenBy {
  readonly patient: SeenPatient;
  readonly party: Party;
}

/** Reads and changes patients. */
@Injectable()
export class PatientsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly details: DetailsService,
    private readonly changes: Changes,
    private readonly audit: AuditTrail,
  ) {}

  /** The patients of the actor's account: its owner, then dependants, then those that it has accepted. */
  async listOwn({ actor }: AccountContext): Promise<SeenPatient[]> {
    return listOwnPatients(this.dataSource, actor.id);
  }

  /** @throws NotFound PATIENT_NOT_FOUND */
  async get(context: AccountContext, id: number): Promise<SeenBy> {
    const { actor } = context;
    const seen = assertMaySee(actor, await findPatient(this.dataSource, id, actor.id));
    if (seen.party === 'desk') await this.audit.record(context, this.dataSource, 'patient.read', id);
    return seen;
  }

  /**
   * Changes the fields that are sent; null clears a field.
   *
   * @throws NotFound PATIENT_NOT_FOUND
   * @throws Refusal VALIDATION_FAILED, also if the record would lack what it needs
   * @throws VersionMismatch
   */
  async change(context: AccountContext, id: number, typed: TypedDetails): Promise<SeenBy> {
    return this.requests.once(context, (tx) => this.changeIn(context, tx, id, typed));
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    typed: TypedDetails,
  ): Promise<SeenBy> {
    await this.sessions.lock(context, tx);
    const found = await lockPatient(tx, id, context.actor.id);
    const { party, patient } = assertMaySee(context.actor, found);
    assertMaySend(party, typed);
    assertCurrent(context, patient.version);
    const details = await this.details.read(tx, typed);
    const fields = DETAIL_FIELDS.filter(
      (field) => details[field] !== undefined && details[field] !== patient[field],
    );
    if (fields.length === 0) return { party, patient };
    const changed = Object.fromEntries(fields.map((field) => [field, details[field]]));
    const after: SeenPatient = { ...patient, ...changed, version: patient.version + 1 };
    assertComplete(patient, after);
    await updatePatient(tx, after, changed);
    await this.changes.record(context, tx, {
      action: 'patient.changed',
      subjectId: id,
      particulars: { fields: fields.map((field) => WIRE_NAMES[field]).join(' ') },
    });
    return { party, patient: after };
  }
}

/**
 * Asserts that a change takes nothing away that the record needs.
 *
 * @throws Refusal VALIDATION_FAILED
 */
function assertComplete(before: SeenPatient, after: SeenPatient): void {
  const lacked = missingDetails(before, before.relation).map(({ field }) => field);
  const lacks = missingDetails(after, after.relation).filter(({ field }) => !lacked.includes(field));
  if (lacks.length > 0) throw invalidFields(lacks);
}
