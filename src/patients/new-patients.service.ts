import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { isDesk } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { Conflict } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import { DetailsService } from './details.service.js';
import { probablySame } from './duplicates.js';
import type { PatientRelation } from './patient.entity.js';
import { MAX_DEPENDANTS, type TypedDetails } from './patient.js';
import { assertMaySend } from './patient.policy.js';
import { lockPatientEntry } from './patient-entry-lock.repository.js';
import { possibleDuplicate, tooManyDependants } from './patient.refusals.js';
import { countDependants, findPatient, insertPatient } from './patient.repository.js';
import { missingDetails } from './patient.rules.js';
import { findAlike } from './patient-search.reader.js';
import type { SeenBy } from './patients.service.js';

/** Makes patients: dependants of the actor, and patients of the desk. */
@Injectable()
export class NewPatients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly details: DetailsService,
    private readonly changes: Changes,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a dependant of the actor's account; for the desk, a patient without an account.
   *
   * @param notDuplicateOf the patients whom the desk has told apart from this one
   * @throws Refusal VALIDATION_FAILED, TOO_MANY_DEPENDANTS
   * @throws Conflict POSSIBLE_DUPLICATE, for the desk, with the candidates
   */
  async create(
    context: AccountContext,
    typed: TypedDetails,
    notDuplicateOf?: readonly number[],
  ): Promise<SeenBy> {
    if (!isDesk(context.actor.role)) {
      assertMaySend('owner', { ...typed, notDuplicateOf });
      return this.requests.once(context, (tx) => this.createDependant(context, tx, typed));
    }
    try {
      return await this.requests.once(context, (tx) =>
        this.createForDesk(context, tx, typed, notDuplicateOf ?? []),
      );
    } catch (error) {
      // The desk has read others' data, although nothing was made.
      if (error instanceof Conflict) await this.audit.record(context, this.dataSource, 'patient.found', 0);
      throw error;
    }
  }

  private async createDependant(
    context: AccountContext,
    tx: EntityManager,
    typed: TypedDetails,
  ): Promise<SeenBy> {
    const { id } = context.actor;
    // Requests of one account wait for each other here, so they cannot exceed the limit together.
    await this.sessions.lock(context, tx);
    const details = await this.details.read(tx, typed, missingDetails(typed, 'dependant'));
    if ((await countDependants(tx, id)) >= MAX_DEPENDANTS) throw tooManyDependants();
    return this.insert(context, tx, details, { accountId: id, relation: 'dependant' });
  }

  private async createForDesk(
    context: AccountContext,
    tx: EntityManager,
    typed: TypedDetails,
    notDuplicateOf: readonly number[],
  ): Promise<SeenBy> {
    await this.sessions.lock(context, tx);
    const details = await this.details.read(tx, typed, missingDetails(typed, null));
    await lockPatientEntry(tx);
    const candidates = probablySame(details, await findAlike(tx, details));
    if (!candidates.every(({ id }) => notDuplicateOf.includes(id))) throw possibleDuplicate(candidates);
    const owner = { accountId: null, relation: null };
    return this.insert(context, tx, details, owner, { candidates: candidates.length });
  }

  private async insert(
    context: AccountContext,
    tx: EntityManager,
    details: TypedDetails,
    owner: { readonly accountId: number | null; readonly relation: PatientRelation | null },
    particulars = {},
  ): Promise<SeenBy> {
    const { actor } = context;
    const subjectId = await insertPatient(tx, { ...details, ...owner, createdAt: this.clock.now() });
    await this.changes.record(context, tx, { action: 'patient.created', subjectId, particulars });
    const patient = await findPatient(tx, subjectId, actor.id);
    return { patient: patient!, party: isDesk(actor.role) ? 'desk' : 'owner' };
  }
}
