import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The settings that admins change while the clinic runs: one row. */
@Entity('clinic')
export class ClinicSettings {
  /** Always 1. */
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  /** Null, like `address` and `phone`: that of the configuration. */
  @Column({ type: 'varchar', length: 120, nullable: true })
  name!: string | null;

  @Column({ type: 'varchar', length: 200, nullable: true })
  address!: string | null;

  @Column({ type: 'varchar', length: 40, nullable: true })
  phone!: string | null;

  /** ISO 3166-1 alpha-2. Phone numbers without a country code are in this country. */
  @Column({ type: 'char', length: 2, nullable: true })
  country!: string | null;

  /** The default of types' limits, like the other limits; null: none. */
  @Column({ name: 'horizon_days', type: 'smallint', unsigned: true, nullable: true, default: 365 })
  horizonDays!: number | null;

  @Column({ name: 'min_notice_minutes', type: 'int', unsigned: true, nullable: true, default: 0 })
  minNoticeMinutes!: number | null;

  @Column({ name: 'cancel_cutoff_minutes', type: 'int', unsigned: true, nullable: true, default: 0 })
  cancelCutoffMinutes!: number | null;

  /** Of one patient, of all types together. */
  @Column({ name: 'max_live_bookings', type: 'smallint', unsigned: true, nullable: true, default: 50 })
  maxLiveBookings!: number | null;

  /** Whether patients must name a type. */
  @Column({ name: 'type_required', type: 'tinyint', default: 0 })
  typeRequired!: 0 | 1;

  /** Whether every booking is refused while its patient has another. */
  @Column({ name: 'one_place_at_a_time', type: 'tinyint', default: 0 })
  onePlaceAtATime!: 0 | 1;

  /** Whether slots and search need no token. */
  @Column({ name: 'public_availability', type: 'tinyint', default: 0 })
  publicAvailability!: 0 | 1;

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;
}
