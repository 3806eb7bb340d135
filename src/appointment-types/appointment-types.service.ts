import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Particulars } from '../audit/audit-trail.js';
import { worksAtClinic } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { lockClinic } from '../clinic/clinic.repository.js';
import { ClinicService } from '../clinic/clinic.service.js';
import { isDuplicate } from '../database/mysql-errors.js';
import type { Source } from '../database/statement.js';
import type { AccountContext, Context } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import { codeTaken, tooManyTypes, typeNotFound } from './appointment-type.refusals.js';
import {
  countTypes,
  insertType,
  listTypes,
  lockType,
  type StoredType,
  updateType,
} from './appointment-type.repository.js';
import { assertLimitsPossible } from './possible-limits.js';
import { VALUE_FIELDS, VALUE_NAMES } from './type-values.js';

const MOST_TYPES = 200;

/** What an admin enters of a type. */
export type NewType = Omit<StoredType, 'id' | 'version'>;

/** What an admin changes of a type; fields that are left out stay. */
export type TypeChange = { readonly [Key in keyof NewType]?: NewType[Key] | undefined };

const LEAD: readonly (keyof NewType)[] = ['minNoticeMinutes', 'horizonDays'];

/** The clinic's appointment types. Their changes lock the clinic, whose limits they complete. */
@Injectable()
export class AppointmentTypesService implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly clinic: ClinicService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.clinic.beforeNewLimits((tx, limits) => assertLimitsPossible(tx, limits));
  }

  /** The types, by name. To visitors and patients only those exist that are active and for patients. */
  async list({ actor }: Context): Promise<StoredType[]> {
    const types = await listTypes(this.dataSource);
    return worksAtClinic(actor.role) ? types : types.filter(isForPatients);
  }

  /** The first of these ids that is not the id of a type. */
  async findUnknown(source: Source, ids: readonly number[]): Promise<number | undefined> {
    if (ids.length === 0) return undefined;
    const existing = new Set((await listTypes(source)).map(({ id }) => id));
    return ids.find((id) => !existing.has(id));
  }

  /** @throws Refusal TYPE_CODE_TAKEN, TOO_MANY_TYPES, NOTICE_BEYOND_HORIZON */
  async create(context: AccountContext, type: NewType): Promise<StoredType> {
    return this.requests.once(context, (tx) => this.createIn(context, tx, type));
  }

  private async createIn(context: AccountContext, tx: EntityManager, type: NewType): Promise<StoredType> {
    await this.sessions.lock(context, tx);
    const clinic = await lockClinic(tx);
    if ((await countTypes(tx)) >= MOST_TYPES) throw tooManyTypes(MOST_TYPES);
    const createdAt = new Date(this.clock.now());
    const id = await withFreeCode(type.code, () => insertType(tx, { ...type, version: 1, createdAt }));
    await assertLimitsPossible(tx, clinic, { typeId: id });
    const created = { ...type, id, version: 1 };
    await this.changes.record(context, tx, {
      action: 'type.created',
      subjectId: id,
      particulars: particularsOf(created, Object.keys(type) as (keyof NewType)[]),
    });
    return created;
  }

  /**
   * Changes the fields that are sent. Existing bookings keep what they were booked with.
   *
   * @throws NotFound TYPE_NOT_FOUND
   * @throws VersionMismatch
   * @throws Refusal TYPE_CODE_TAKEN, NOTICE_BEYOND_HORIZON, also with the own values of a doctor
   */
  async change(context: AccountContext, id: number, change: TypeChange): Promise<StoredType> {
    return this.requests.once(context, (tx) => this.changeIn(context, tx, id, change));
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    change: TypeChange,
  ): Promise<StoredType> {
    await this.sessions.lock(context, tx);
    const clinic = await lockClinic(tx);
    const type = await lockType(tx, id);
    if (!type) throw typeNotFound(id);
    assertCurrent(context, type.version);
    const fields = (Object.keys(change) as (keyof NewType)[]).filter(
      (field) => change[field] !== undefined && change[field] !== type[field],
    );
    if (fields.length === 0) return type;
    const values = Object.fromEntries(fields.map((field) => [field, change[field]]));
    const changed: StoredType = { ...type, ...values, version: type.version + 1 };
    await withFreeCode(changed.code, () => updateType(tx, id, { ...values, version: changed.version }));
    if (fields.some((field) => LEAD.includes(field)) || values.active === 1)
      await assertLimitsPossible(tx, clinic, { typeId: id });
    await this.changes.record(context, tx, {
      action: 'type.changed',
      subjectId: id,
      particulars: particularsOf(changed, fields),
    });
    return changed;
  }
}

/** Whether the type exists for patients. */
export function isForPatients({ active, audience }: Pick<StoredType, 'active' | 'audience'>): boolean {
  return active === 1 && audience === 'patients';
}

/** @throws Refusal TYPE_CODE_TAKEN */
async function withFreeCode<T>(code: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicate(error, 'appointment_types_code')) throw codeTaken(code);
    throw error;
  }
}

const PROPERTY_NAMES = new Map<string, string>(
  VALUE_NAMES.map((name) => [VALUE_FIELDS[name].property, name]),
);

/** Names and descriptions are typed texts: only that they changed is recorded. */
function particularsOf(type: StoredType, fields: readonly (keyof NewType)[]): Particulars {
  const values = fields.map((field) => [PROPERTY_NAMES.get(field) ?? field, type[field]] as const);
  return {
    fields: values.map(([name]) => name).join(' '),
    version: type.version,
    ...Object.fromEntries(values.filter(([, value]) => typeof value !== 'string')),
  };
}
