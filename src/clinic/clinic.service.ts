import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Sessions } from '../auth/sessions/sessions.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { findClinic, lockClinic, updateClinic } from './clinic.repository.js';
import type { ClinicSettings } from './clinic-settings.entity.js';

/** What an admin changes; fields that are left out stay, null takes the configuration's value. */
export type ClinicChange = Partial<Record<'name' | 'address' | 'phone' | 'country', string | null>>;

/** The clinic as everybody sees it. */
export interface Clinic {
  readonly name: string;
  readonly address: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  /** IANA name. */
  readonly timezone: string;
  readonly version: number;
}

const FIELDS = ['name', 'address', 'phone', 'country'] as const;

/** The clinic's name, contact details and country. */
@Injectable()
export class ClinicService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly environment: ClinicEnvironment,
  ) {}

  async get(): Promise<Clinic> {
    return this.withConfiguration(await findClinic(this.dataSource));
  }

  /** @throws VersionMismatch */
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
    await updateClinic(tx, changed);
    await this.changes.record(context, tx, {
      action: 'clinic.changed',
      subjectId: 1,
      particulars: { fields: fields.join(' '), version },
    });
    return this.withConfiguration(changed);
  }

  private withConfiguration({ name, address, phone, ...rest }: Omit<ClinicSettings, 'id'>): Clinic {
    const { CLINIC_NAME, CLINIC_ADDRESS, CLINIC_PHONE, CLINIC_TIMEZONE } = this.environment;
    return {
      name: name ?? CLINIC_NAME,
      address: (address ?? CLINIC_ADDRESS) || null,
      phone: (phone ?? CLINIC_PHONE) || null,
      country: rest.country,
      timezone: CLINIC_TIMEZONE,
      version: rest.version,
    };
  }
}

function only(change: ClinicChange, fields: readonly (keyof ClinicChange)[]): ClinicChange {
  return Object.fromEntries(fields.map((field) => [field, change[field]]));
}
