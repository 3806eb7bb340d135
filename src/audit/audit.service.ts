import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import type { AuditSubject } from './audit-action.js';

/** Which events to list. */
export interface AuditFilter {
  readonly subject?: AuditSubject | undefined;
  readonly subject_id?: number | undefined;
  readonly actor_id?: number | undefined;
  /** Only those before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface AuditRow {
  readonly id: number;
  readonly at: Date;
  readonly actor_id: number | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly subject: AuditSubject;
  readonly subject_id: number;
  readonly address: string | null;
  readonly request_id: string | null;
  /** JSON. */
  readonly particulars: string;
}

/** The audit trail as admins read it. */
@Injectable()
export class AuditService {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest first. */
  async list({ limit, before, ...filter }: AuditFilter): Promise<AuditRow[]> {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    const conditions = given.map(([column]) => `${column} = ?`);
    if (before !== undefined) conditions.push('id < ?');
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    return look(
      this.dataSource,
      `SELECT id, at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars
       FROM audit_events ${where} ORDER BY id DESC LIMIT ${Number(limit)}`,
      [...given.map(([, value]) => value), ...(before === undefined ? [] : [before])],
    );
  }
}
