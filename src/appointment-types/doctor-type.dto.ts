import { ApiProperty } from '@nestjs/swagger';
import type { ClinicLimits } from '../clinic/clinic-limits.js';
import { ApiId, ApiInteger } from '../http/api-properties.js';
import { field, type FieldOptions, isWholeNumber, LARGEST_ID } from '../http/fields.js';
import type { Offer, OfferedType } from './doctor-type.repository.js';
import type { OfferedTypes } from './doctor-types.service.js';
import { type OwnValues, type Resolved, resolveValues } from './scheduling-parameters.js';
import { VALUE_FIELDS, VALUE_NAMES, type ValueName } from './type-values.js';

const MOST_OFFERS = 100;

/** A type to offer, as it is sent. */
type OfferJson = { readonly type_id: number } & { readonly [Name in ValueName]?: number | null };

const VALUE_SCHEMAS = VALUE_NAMES.map((name) => {
  const { least: minimum, most: maximum } = VALUE_FIELDS[name];
  return [name, { type: 'integer', minimum, maximum, nullable: true }] as const;
});

/** The types that a doctor offers, each once, with the doctor's own values. */
function OffersField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'array',
    maxItems: MOST_OFFERS,
    items: {
      type: 'object',
      required: ['type_id'],
      additionalProperties: false,
      properties: {
        type_id: { type: 'integer', minimum: 1, maximum: LARGEST_ID },
        ...Object.fromEntries(VALUE_SCHEMAS),
      },
    },
  };
  const bounds = VALUE_NAMES.map(
    (name) => `${name} (${VALUE_FIELDS[name].least} to ${VALUE_FIELDS[name].most})`,
  );
  const message =
    `must be a list of at most ${MOST_OFFERS} types, each with a type_id that no other has and, where the doctor ` +
    `has own values, ${bounds.join(', ')}`;
  return field(options, schema, message, isOffers);
}

function isOffers(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MOST_OFFERS || !value.every(isOffer)) return false;
  return new Set((value as OfferJson[]).map(({ type_id: id }) => id)).size === value.length;
}

function isOffer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { type_id: typeId, ...values } = value as Record<string, unknown>;
  return isWholeNumber(typeId, 1, LARGEST_ID) && Object.entries(values).every(isValue);
}

function isValue([name, value]: [string, unknown]): boolean {
  if (!Object.hasOwn(VALUE_FIELDS, name)) return false;
  const { least, most } = VALUE_FIELDS[name as ValueName];
  return value === null || isWholeNumber(value, least, most);
}

export class SetTypesDto {
  @OffersField({ example: [{ type_id: 1, duration: 60 }] })
  types!: OfferJson[];

  toOffers(): Offer[] {
    return this.types.map((offer) => {
      const values = VALUE_NAMES.map((name) => [VALUE_FIELDS[name].property, offer[name] ?? null] as const);
      return { typeId: offer.type_id, own: Object.fromEntries(values) as OwnValues };
    });
  }
}

/** Of all values. */
const LARGEST_VALUE = Math.max(...VALUE_NAMES.map((name) => VALUE_FIELDS[name].most));

class ResolvedDto {
  @ApiInteger(0, LARGEST_VALUE, { nullable: true, example: 45, description: 'null: no limit' })
  value!: number | null;

  @ApiProperty({ enum: ['doctor', 'type', 'clinic'], example: 'type', description: 'Whose value it is' })
  from!: string;
}

export class OfferedTypeDto implements Record<ValueName, Resolved> {
  @ApiId()
  type_id!: number;

  @ApiProperty({ example: 'first-visit' })
  code!: string;

  @ApiProperty({ example: 'First visit' })
  name!: string;

  @ApiProperty({ type: ResolvedDto })
  duration!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  slot_step!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  buffer_before!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  buffer_after!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  min_notice_minutes!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  horizon_days!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  cancel_cutoff_minutes!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  max_per_day!: Resolved;

  @ApiProperty({ type: ResolvedDto })
  max_live_bookings!: Resolved;

  static listOf({ types, clinic }: OfferedTypes): OfferedTypeDto[] {
    return types.map((offered) => OfferedTypeDto.from(offered, clinic));
  }

  private static from(offered: OfferedType, clinic: ClinicLimits): OfferedTypeDto {
    const { id: type_id, code, name } = offered.type;
    const resolved = resolveValues(clinic, offered);
    const values = VALUE_NAMES.map((value) => [value, resolved[VALUE_FIELDS[value].property]] as const);
    return { type_id, code, name, ...(Object.fromEntries(values) as Record<ValueName, Resolved>) };
  }
}
