import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A type that a doctor offers, with the doctor's own values; null: that of the type. */
@Entity('doctor_types')
export class DoctorType {
  @PrimaryColumn({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  @PrimaryColumn({ name: 'type_id', type: 'int', unsigned: true })
  typeId!: number;

  @Column({ name: 'duration_minutes', type: 'smallint', unsigned: true, nullable: true })
  durationMinutes!: number | null;

  @Column({ name: 'slot_step_minutes', type: 'smallint', unsigned: true, nullable: true })
  slotStepMinutes!: number | null;

  @Column({ name: 'buffer_before', type: 'smallint', unsigned: true, nullable: true })
  bufferBefore!: number | null;

  @Column({ name: 'buffer_after', type: 'smallint', unsigned: true, nullable: true })
  bufferAfter!: number | null;

  @Column({ name: 'min_notice_minutes', type: 'int', unsigned: true, nullable: true })
  minNoticeMinutes!: number | null;

  @Column({ name: 'horizon_days', type: 'smallint', unsigned: true, nullable: true })
  horizonDays!: number | null;

  @Column({ name: 'cancel_cutoff_minutes', type: 'int', unsigned: true, nullable: true })
  cancelCutoffMinutes!: number | null;

  @Column({ name: 'max_per_day', type: 'smallint', unsigned: true, nullable: true })
  maxPerDay!: number | null;

  @Column({ name: 'max_live_bookings', type: 'smallint', unsigned: true, nullable: true })
  maxLiveBookings!: number | null;
}
