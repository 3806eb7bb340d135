import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Locale } from '../config/locale.js';

/** The relation of an account to a patient that it manages. */
export type PatientRelation = 'self' | 'dependant';

/** How the clinic may contact a patient. */
export const CONTACTS = ['email', 'none'] as const;
export type Contact = (typeof CONTACTS)[number];

/** A person who is treated. An account is a log-in: it manages its owner's patient, and dependants. */
@Entity('patients')
export class Patient {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** The account that manages the patient; others may have accepted the patient too (`PatientGuardian`). */
  @Column({ name: 'account_id', type: 'int', unsigned: true, nullable: true })
  accountId!: number | null;

  /** Null without an account. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  relation!: PatientRelation | null;

  @Column({ name: 'given_name', type: 'varchar', length: 100, nullable: true })
  givenName!: string | null;

  @Column({ name: 'family_name', type: 'varchar', length: 100, nullable: true })
  familyName!: string | null;

  /** YYYY-MM-DD. */
  @Column({ name: 'birth_date', type: 'date', nullable: true })
  birthDate!: string | null;

  /** E.164. Families share one, so it is not unique. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  phone!: string | null;

  /** Null: that of the account. Families share one, so it is not unique. */
  @Column({ type: 'varchar', length: 254, nullable: true })
  email!: string | null;

  /** The language of emails about the patient's bookings; null: that of the account. */
  @Column({ type: 'varchar', length: 8, nullable: true })
  locale!: Locale | null;

  @Column({ name: 'contact_by', type: 'varchar', length: 8, default: 'email' })
  contactBy!: Contact;

  /** The desk's notes. The patient sees them only in an export. */
  @Column({ type: 'varchar', length: 1000, nullable: true })
  notes!: string | null;

  /** The patient that has this one's bookings since a merge. */
  @Column({ name: 'merged_into', type: 'int', unsigned: true, nullable: true })
  mergedInto!: number | null;

  /** UTC; when the patient was erased. Since then the row names nobody. */
  @Column({ name: 'erased_at', type: 'datetime', precision: 3, nullable: true })
  erasedAt!: Date | null;

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** The last digits first, for search. */
  @Column({
    name: 'phone_reversed',
    type: 'varchar',
    length: 16,
    nullable: true,
    asExpression: 'REVERSE(phone)',
    generatedType: 'VIRTUAL',
  })
  phoneReversed!: string | null;

  /** The account whose owner this is; unique. */
  @Column({
    name: 'self_account_id',
    type: 'int',
    unsigned: true,
    nullable: true,
    unique: true,
    asExpression: "CASE WHEN relation = 'self' THEN account_id END",
    generatedType: 'VIRTUAL',
  })
  selfAccountId!: number | null;
}
