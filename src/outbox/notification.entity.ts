import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { NotificationKind } from './notification-kind.js';
import type { NotificationState } from './notification-state.js';

/** A row of the ledger: an email to be sent, and its outcome. */
@Entity('notifications')
@Unique('notifications_once', ['bookingId', 'bookingVersion', 'kind'])
export class Notification {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** Null if it is about an account. */
  @Column({ name: 'booking_id', type: 'int', unsigned: true, nullable: true })
  bookingId!: number | null;

  /** 0 if it is about an account. */
  @Column({ name: 'booking_version', type: 'int', unsigned: true })
  bookingVersion!: number;

  @Column({ type: 'varchar', length: 32 })
  kind!: NotificationKind;

  /** The start that it announces; null if it is about an account. */
  @Column({ name: 'starts_at', type: 'datetime', nullable: true })
  startsAt!: Date | null;

  @Column({ name: 'duration_minutes', type: 'smallint', unsigned: true, nullable: true })
  durationMinutes!: number | null;

  /** The doctor that it announces; null, like `startsAt`, if it is about an account, and for old ones. */
  @Column({ name: 'doctor_id', type: 'int', unsigned: true, nullable: true })
  doctorId!: number | null;

  /** Not to be sent earlier. */
  @Column({ name: 'due_at', type: 'datetime', precision: 3 })
  dueAt!: Date;

  @Column({ type: 'varchar', length: 16 })
  state!: NotificationState;

  /** Names the rows that were queued together. */
  @Column({ type: 'char', length: 36, nullable: true })
  claim!: string | null;

  @Column({ name: 'leased_until', type: 'datetime', precision: 3, nullable: true })
  leasedUntil!: Date | null;

  /** Raised by each claim: a worker with an older one has lost the row. */
  @Column({ type: 'int', unsigned: true })
  lease!: number;

  /** How often it was offered to the mail server. */
  @Column({ type: 'int', unsigned: true })
  attempts!: number;

  /** The last error, or why it was cancelled. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  reason!: string | null;

  /** The Message-ID, the same at each attempt. */
  @Column({ name: 'message_id', type: 'varchar', length: 255 })
  messageId!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** When it was sent, cancelled or given up. */
  @Column({ name: 'settled_at', type: 'datetime', precision: 3, nullable: true })
  settledAt!: Date | null;

  @Column({ name: 'link_id', type: 'int', unsigned: true, nullable: true, unique: true })
  linkId!: number | null;

  /** The account that it is for. */
  @Column({ name: 'account_id', type: 'int', unsigned: true, nullable: true })
  accountId!: number | null;

  /** Where it goes, if not to the address of the account. */
  @Column({ type: 'varchar', length: 254, nullable: true })
  address!: string | null;

  /** The account that it is about, if another. */
  @Column({ name: 'subject_id', type: 'int', unsigned: true, nullable: true })
  subjectId!: number | null;

  /** The first failed attempt, while none has succeeded. */
  @Column({ name: 'failing_since', type: 'datetime', precision: 3, nullable: true })
  failingSince!: Date | null;

  /** Whether the former address in `address` had been confirmed; null if `address` is not a former one. */
  @Column({ name: 'address_confirmed', type: 'tinyint', nullable: true })
  addressConfirmed!: 0 | 1 | null;
}
