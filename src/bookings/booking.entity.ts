import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

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

  /** The patient's account. */
  @Column({ name: 'user_id', type: 'int', unsigned: true })
  patientId!: number;

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
  status!: 'booked' | 'cancelled';

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true })
  version!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt!: Date;

  /** The start of a live booking; unique for each doctor. */
  @Column({
    name: 'live_starts_at',
    type: 'datetime',
    nullable: true,
    asExpression: "CASE WHEN status = 'booked' THEN starts_at END",
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
}
