import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditAction, AuditSubject } from './audit-action.js';

/** Who did what to which subject, when and from where. Rows are only ever added. */
@Entity('audit_events')
export class AuditEvent {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ type: 'datetime', precision: 3 })
  at!: Date;

  /** The account; null for a visitor or the service itself. */
  @Column({ name: 'actor_id', type: 'int', unsigned: true, nullable: true })
  actorId!: number | null;

  @Column({ name: 'actor_role', type: 'varchar', length: 16, nullable: true })
  actorRole!: string | null;

  @Column({ type: 'varchar', length: 40 })
  action!: AuditAction;

  @Column({ type: 'varchar', length: 16 })
  subject!: AuditSubject;

  /** 0 if the event is about no single subject. */
  @Column({ name: 'subject_id', type: 'int', unsigned: true })
  subjectId!: number;

  /** The network address. */
  @Column({ type: 'varchar', length: 45, nullable: true })
  address!: string | null;

  @Column({ name: 'request_id', type: 'varchar', length: 64, nullable: true })
  requestId!: string | null;

  /** JSON; never text that a person typed. */
  @Column({ type: 'varchar', length: 500 })
  particulars!: string;

  /** Why, in the words of the desk or the doctor; null without a reason, and once its patient is erased. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  reason!: string | null;
}
