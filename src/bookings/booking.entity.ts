import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { BookingStatus } from './booking.js';

/** A booking as the table stores it; services work with `Booking`. */
@Entity('bookings')
@Unique('bookings_live_start', ['doctorId', 'liveStartsAt'])
export class BookingEntity {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** Identifies the booking in calendars, for life. */
  @Column({ type: 'char', length: 36, unique: true })
  uid!: string;

  @Column({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** The account that manages the patient, if there is one. */
  @Column({ name: 'user_id', type: 'int', unsigned: true, nullable: true })
  accountId!: number | null;

  @Column({ name: 'patient_id', type: 'int', unsigned: true })
  patientId!: number;

  /** How many changes kept the time: with `version` it makes the version on the wire. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  edits!: number;

  @Column({ type: 'varchar', length: 500, nullable: true })
  note!: string | null;

  /** Whether the desk let it overlap another booking. */
  @Column({ type: 'tinyint', default: 0 })
  overbooked!: 0 | 1;

  /** The rules that the desk overrode, with spaces between; null, like `overrideReason`, without an override. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  overridden!: string | null;

  @Column({ name: 'override_reason', type: 'varchar', length: 500, nullable: true })
  overrideReason!: string | null;

  /** An account. */
  @Column({ name: 'booked_by', type: 'int', unsigned: true, nullable: true })
  bookedBy!: number | null;

  @Column({ name: 'booked_by_role', type: 'varchar', length: 16, default: 'user' })
  bookedByRole!: string;

  @Column({ name: 'cancelled_by_role', type: 'varchar', length: 16, nullable: true })
  cancelledByRole!: string | null;

  @Column({ name: 'cancel_reason', type: 'varchar', length: 500, nullable: true })
  cancelReason!: string | null;

  /** The doctor's local date, YYYY-MM-DD. */
  @Column({ type: 'date' })
  date!: string;

  /** The doctor's local time, HH:MM:SS. */
  @Column({ name: 'start_time', type: 'time' })
  startTime!: string;

  @Column({ name: 'duration_minutes', type: 'smallint', unsigned: true })
  durationMinutes!: number;

  @Column({ name: 'starts_at', type: 'datetime' })
  startsAt!: Date;

  @Column({ name: 'ends_at', type: 'datetime' })
  endsAt!: Date;

  @Column({ type: 'varchar', length: 16 })
  status!: BookingStatus;

  /** From 1, raised by each change of the time and by the cancellation. */
  @Column({ type: 'int', unsigned: true })
  version!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** When it got its version. */
  @Column({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt!: Date;

  /** The start of a live booking that is not overbooked; unique for each doctor. */
  @Column({
    name: 'live_starts_at',
    type: 'datetime',
    nullable: true,
    asExpression: "CASE WHEN status <> 'cancelled' AND overbooked = 0 THEN starts_at END",
    generatedType: 'VIRTUAL',
  })
  liveStartsAt!: Date | null;

  /** The version that it gave the doctor's day when it took its time. */
  @Column({ name: 'day_version', type: 'int', unsigned: true, nullable: true })
  dayVersion!: number | null;

  /** The availability that it was booked in; null, like `open_until`, if unknown. */
  @Column({ name: 'open_from', type: 'datetime', nullable: true })
  openFrom!: Date | null;

  @Column({ name: 'open_until', type: 'datetime', nullable: true })
  openUntil!: Date | null;

  /** Null, like the code and name that the type had when it was booked, without a type. */
  @Column({ name: 'type_id', type: 'int', unsigned: true, nullable: true })
  typeId!: number | null;

  @Column({ name: 'type_code', type: 'varchar', length: 40, nullable: true })
  typeCode!: string | null;

  @Column({ name: 'type_name', type: 'varchar', length: 100, nullable: true })
  typeName!: string | null;

  /** Minutes, as they were when it was booked, like `bufferAfter`. */
  @Column({ name: 'buffer_before', type: 'smallint', unsigned: true, default: 0 })
  bufferBefore!: number;

  @Column({ name: 'buffer_after', type: 'smallint', unsigned: true, default: 0 })
  bufferAfter!: number;

  /** Whether PATIENT_BUSY judges it, also when it is rescheduled. */
  @Column({ name: 'one_place', type: 'tinyint', default: 0 })
  onePlace!: 0 | 1;
}
