import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import type { AuditSubject } from './audit-action.js';
import { AuditEvent } from './audit-event.entity.js';

/** Which events to list. */
export interface AuditFilter {
  readonly subject?: AuditSubject | undefined;
  readonly subject_id?: number | undefined;
  readonly actor_id?: number | undefined;
  /** Only events before this id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The audit trail as admins read it. */
@Injectable()
export class AuditService {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest events first. */
  async list({ subject, subject_id, actor_id, before, limit }: AuditFilter): Promise<AuditEvent[]> {
    return this.dataSource.manager.find(AuditEvent, {
      where: {
        ...(subject !== undefined && { subject }),
        ...(subject_id !== undefined && { subjectId: subject_id }),
        ...(actor_id !== undefined && { actorId: actor_id }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
