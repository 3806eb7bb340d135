import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiInteger } from '../http/api-properties.js';
import { BooleanField, ChoiceField, field, type FieldOptions, LARGEST_ID } from '../http/fields.js';
import { LineField, TextField } from '../http/text-fields.js';
import { AUDIENCES, type Audience } from './appointment-type.entity.js';
import type { StoredType } from './appointment-type.repository.js';
import type { NewType, TypeChange } from './appointment-types.service.js';
import { ApiValue, TypeValueField, VALUE_FIELDS, VALUE_NAMES, type ValueName } from './type-values.js';

const CODE = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const AUDIENCE = 'Whom it exists for: with staff, not for patients';
const ACTIVE = 'Whether it can be booked';

/** A short name for programs and links. */
function CodeField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: 'blood-test', ...options },
    { type: 'string', pattern: CODE.source },
    'must be 1 to 40 small letters, digits, hyphens and underscores, beginning with a letter or a digit',
    (value) => typeof value === 'string' && CODE.test(value),
  );
}

/** What may be left out of a new type and of a change. */
class OptionalTypeDto {
  @TextField(1, 500, { optional: true, nullable: true, example: 'On an empty stomach' })
  description?: string | null;

  @TypeValueField('slot_step', { optional: true, nullable: true })
  slot_step?: number | null;

  @TypeValueField('buffer_before', { optional: true })
  buffer_before?: number;

  @TypeValueField('buffer_after', { optional: true })
  buffer_after?: number;

  @TypeValueField('min_notice_minutes', { optional: true, nullable: true })
  min_notice_minutes?: number | null;

  @TypeValueField('horizon_days', { optional: true, nullable: true })
  horizon_days?: number | null;

  @TypeValueField('cancel_cutoff_minutes', { optional: true, nullable: true })
  cancel_cutoff_minutes?: number | null;

  @TypeValueField('max_per_day', { optional: true, nullable: true })
  max_per_day?: number | null;

  @TypeValueField('max_live_bookings', { optional: true, nullable: true })
  max_live_bookings?: number | null;

  @ChoiceField(AUDIENCES, { optional: true, example: 'patients', description: AUDIENCE })
  audience?: Audience;

  @BooleanField({ optional: true, example: true, description: ACTIVE })
  active?: boolean;
}

export class CreateTypeDto extends OptionalTypeDto {
  @CodeField()
  code!: string;

  @LineField(100, { example: 'Blood test' })
  name!: string;

  @TypeValueField('duration')
  duration!: number;

  toType(): NewType {
    const { code, name, duration, description = null, audience = 'patients', active = true } = this;
    const { slot_step = null, buffer_before = 0, buffer_after = 0 } = this;
    return {
      ...{ code, name, description, audience, active: active ? 1 : 0 },
      durationMinutes: duration,
      slotStepMinutes: slot_step,
      bufferBefore: buffer_before,
      bufferAfter: buffer_after,
      minNoticeMinutes: this.min_notice_minutes ?? null,
      horizonDays: this.horizon_days ?? null,
      cancelCutoffMinutes: this.cancel_cutoff_minutes ?? null,
      maxPerDay: this.max_per_day ?? null,
      maxLiveBookings: this.max_live_bookings ?? null,
    };
  }
}

export class ChangeTypeDto extends OptionalTypeDto {
  @CodeField({ optional: true })
  code?: string;

  @LineField(100, { optional: true, example: 'Blood test' })
  name?: string;

  @TypeValueField('duration', { optional: true })
  duration?: number;

  toChange(): TypeChange {
    const { code, name, description, audience, active } = this;
    const values = VALUE_NAMES.map((value) => [VALUE_FIELDS[value].property, this[value]] as const);
    return {
      ...{ code, name, description, audience },
      active: active === undefined ? undefined : active ? 1 : 0,
      ...(Object.fromEntries(values) as TypeChange),
    };
  }
}

export class TypeDto implements Record<ValueName, number | null> {
  @ApiId()
  id!: number;

  @ApiProperty({ example: 'first-visit' })
  code!: string;

  @ApiProperty({ example: 'First visit' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'For new patients' })
  description!: string | null;

  @ApiValue('duration')
  duration!: number;

  @ApiValue('slot_step', { nullable: true })
  slot_step!: number | null;

  @ApiValue('buffer_before')
  buffer_before!: number;

  @ApiValue('buffer_after')
  buffer_after!: number;

  @ApiValue('min_notice_minutes', { nullable: true })
  min_notice_minutes!: number | null;

  @ApiValue('horizon_days', { nullable: true })
  horizon_days!: number | null;

  @ApiValue('cancel_cutoff_minutes', { nullable: true })
  cancel_cutoff_minutes!: number | null;

  @ApiValue('max_per_day', { nullable: true })
  max_per_day!: number | null;

  @ApiValue('max_live_bookings', { nullable: true })
  max_live_bookings!: number | null;

  @ApiProperty({ enum: AUDIENCES, example: 'patients', description: AUDIENCE })
  audience!: Audience;

  @ApiProperty({ example: true, description: ACTIVE })
  active!: boolean;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  static from({ id, code, name, description, audience, active, version, ...values }: StoredType): TypeDto {
    const onWire = VALUE_NAMES.map((value) => [value, values[VALUE_FIELDS[value].property]] as const);
    const shown = Object.fromEntries(onWire) as Pick<TypeDto, ValueName>;
    return { ...{ id, code, name, description }, ...shown, audience, active: active === 1, version };
  }
}
