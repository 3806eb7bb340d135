import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Particulars } from '../audit/audit-trail.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { assertNoticeWithinHorizon, type ClinicLimits } from './clinic-limits.js';
import { findClinic, lockClinic, updateClinic } from './clinic.repository.js';
import type { ClinicSettings } from './clinic-settings.entity.js';

type Contact = Record<'name' | 'address' | 'phone' | 'country', string | null>;
type Switches = Record<'typeRequired' | 'onePlaceAtATime' | 'publicAvailability', 0 | 1>;
type Values = Contact & ClinicLimits & Switches;

/**
 * What an admin changes; fields that are left out stay. Null takes the configuration's value for the contact details,
 * and for limits means none.
 */
export type ClinicChange = { readonly [Key in keyof Values]?: Values[Key] | undefined };

/** The clinic as everybody sees it. */
export interface Clinic extends Values {
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  readonly version: number;
}

/** The names on the wire of what can change. */
const WIRE_NAMES: Readonly<Record<keyof Values, string>> = {
  name: 'name',
  address: 'address',
  phone: 'phone',
  country: 'country',
  horizonDays: 'horizon_days',
  minNoticeMinutes: 'min_notice_minutes',
  cancelCutoffMinutes: 'cancel_cutoff_minutes',
  maxLiveBookings: 'max_live_bookings',
  typeRequired: 'type_required',
  onePlaceAtATime: 'one_place_at_a_time',
  publicAvailability: 'public_availability',
};

const FIELDS = Object.keys(WIRE_NAMES) as (keyof Values)[];
const LIMITS = ['horizonDays', 'minNoticeMinutes', 'cancelCutoffMinutes', 'maxLiveBookings'] as const;

/** Refuses new limits that another module's rows rule out. The clinic is locked. */
type AssertPossible = (tx: EntityManager, limits: ClinicLimits) => Promise<void>;

/** The clinic's name, contact details and country, and its limits. */
@Injectable()
export class ClinicService {
  private assertPossible: AssertPossible | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly environment: ClinicEnvironment,
  ) {}

  /** Registers a callback that runs before the clinic gets other limits. */
  beforeNewLimits(assertPossible: AssertPossible): void {
    this.assertPossible = assertPossible;
  }

  async get(): Promise<Clinic> {
    return this.withConfiguration(await findClinic(this.dataSource));
  }

  /**
   * @throws VersionMismatch
   * @throws Refusal NOTICE_BEYOND_HORIZON, also if nobody could book a type with the new limits
   */
  async change(context: AccountContext, change: ClinicChange): Promise<Clinic> {
    return this.requests.once(context, (tx) => this.changeIn(context, tx, change));
  }

  private async changeIn(context: AccountContext, tx: EntityManager, change: ClinicChange): Promise<Clinic> {
    await this.sessions.lock(context, tx);
    const settings = await lockClinic(tx);
    assertCurrent(context, settings.version);
    const fields = FIELDS.filter((field) => change[field] !== undefined && change[field] !== settings[field]);
    if (fields.length === 0) return this.withConfiguration(settings);
    const version = settings.version + 1;
    const changed = { ...settings, ...only(change, fields), version };
    if (LIMITS.some((limit) => fields.includes(limit))) {
      assertNoticeWithinHorizon(changed, 'without a type');
      await this.assertPossible?.(tx, changed);
    }
    await updateClinic(tx, changed);
    await this.changes.record(context, tx, {
      action: 'clinic.changed',
      subjectId: 1,
      particulars: particularsOf(changed, fields),
    });
    return this.withConfiguration(changed);
  }

  private withConfiguration({ name, address, phone, ...rest }: Omit<ClinicSettings, 'id'>): Clinic {
    const { CLINIC_NAME, CLINIC_ADDRESS, CLINIC_PHONE, CLINIC_TIMEZONE } = this.environment;
    return {
      ...rest,
      name: name ?? CLINIC_NAME,
      address: (address ?? CLINIC_ADDRESS) || null,
      phone: (phone ?? CLINIC_PHONE) || null,
      timezone: CLINIC_TIMEZONE,
    };
  }
}

function only(change: ClinicChange, fields: readonly (keyof ClinicChange)[]): Partial<Values> {
  return Object.fromEntries(fields.map((field) => [field, change[field]]));
}

/** Name and contact details are typed texts: only that they changed is recorded. */
function particularsOf(changed: ClinicSettings, fields: readonly (keyof Values)[]): Particulars {
  const values = fields.map((field) => [WIRE_NAMES[field], changed[field]] as const);
  return {
    fields: values.map(([name]) => name).join(' '),
    version: changed.version,
    ...Object.fromEntries(values.filter(([, value]) => typeof value !== 'string')),
  };
}
