import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A weekly time range in which a doctor can be booked. */
@Entity('availability_windows')
export class AvailabilityWindow {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** 0 Sunday to 6 Saturday. */
  @Column({ name: 'day_of_week', type: 'tinyint', unsigned: true })
  dayOfWeek!: number;

  /** HH:MM:SS in the doctor's time zone. */
  @Column({ name: 'start_time', type: 'time' })
  startTime!: string;

  @Column({ name: 'end_time', type: 'time' })
  endTime!: string;
}
