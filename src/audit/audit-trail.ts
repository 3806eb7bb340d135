import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SelectStatement, Source } from '../database/statement.js';
import type { Context } from '../http/context.js';
import { Clock } from '../time/clock.js';
import type { AuditAction, AuditSubject } from './audit-action.js';
import { insertEvent, insertEvents, type NewEvent } from './audit-event.repository.js';

/** Particulars of an event: dates, times, roles, numbers. Never text that a person typed. */
export type Particulars = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Records who did what to which subject, when and from where. The event of a change is a row in the transaction that
 * makes the change, so neither exists without the other. An event that changes nothing is a row on its own. Rows are
 * only ever added, which the database's privileges can enforce (docs/operations.md).
 */
@Injectable()
export class AuditTrail {
  constructor(private readonly clock: Clock) {}

  /** @param reason in the words of the actor */
  async record(
    context: Context,
    source: Source,
    action: AuditAction,
    subjectId: number,
    particulars: Particulars = {},
    reason: string | null = null,
  ): Promise<void> {
    await insertEvent(source, {
      ...this.eventOf(context, action),
      subjectId,
      particulars: JSON.stringify(particulars),
      reason,
    });
  }

  /**
   * Records the same action on many subjects.
   *
   * @param subjects rows with id, and particulars as JSON
   */
  async recordEach(
    context: Context,
    tx: EntityManager,
    action: AuditAction,
    subjects: SelectStatement,
  ): Promise<void> {
    await insertEvents(tx, this.eventOf(context, action), subjects);
  }

  private eventOf(
    { actor, requestId }: Context,
    action: AuditAction,
  ): Omit<NewEvent, 'subjectId' | 'particulars' | 'reason'> {
    return {
      at: new Date(this.clock.now()),
      actorId: actor.id,
      actorRole: actor.role,
      action,
      subject: action.split('.')[0] as AuditSubject,
      address: actor.address,
      requestId,
    };
  }
}
