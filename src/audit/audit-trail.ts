import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Rows, type Source, write } from '../database/statement.js';
import type { Context } from '../http/context.js';
import { Clock } from '../time/clock.js';
import type { AuditAction } from './audit-action.js';

/** Particulars of an event: dates, times, roles, numbers. Never a text that somebody typed. */
export type Particulars = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Who did what to what, when and from where: one row in the transaction that does it, so that neither is there without
 * the other; for what changes nothing, a row by itself. Rows are only ever added; the database itself can see to that (docs/operations.md).
 */
@Injectable()
export class AuditTrail {
  constructor(private readonly clock: Clock) {}

  async record(
    { actor, requestId }: Context,
    source: Source,
    action: AuditAction,
    subjectId: number,
    particulars: Particulars = {},
  ): Promise<void> {
    await write(
      source,
      `INSERT INTO audit_events (at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        new Date(this.clock.now()),
        actor.id,
        actor.role,
        action,
        action.split('.')[0],
        subjectId,
        actor.address,
        requestId,
        JSON.stringify(particulars),
      ],
    );
  }

  /**
   * Records the same action on many subjects.
   *
   * @param subjects with id, and particulars as JSON
   */
  async recordEach(
    { actor, requestId }: Context,
    tx: EntityManager,
    action: AuditAction,
    { sql, parameters }: Rows,
  ): Promise<void> {
    await write(
      tx,
      `INSERT INTO audit_events (at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars)
       SELECT ?, ?, ?, ?, ?, s.id, ?, ?, s.particulars FROM (${sql}) s`,
      [
        new Date(this.clock.now()),
        actor.id,
        actor.role,
        action,
        action.split('.')[0],
        actor.address,
        requestId,
        ...parameters,
      ],
    );
  }
}
