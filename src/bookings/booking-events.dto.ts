import { ApiProperty } from '@nestjs/swagger';
import { actionsOf } from '../audit/audit-action.js';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { ROLES } from '../auth/role.js';
import { ApiId, ApiInstant } from '../http/api-properties.js';
import { CursorField, LimitField, LISTED_BY_DEFAULT } from '../http/cursor.js';
import { FromText } from '../http/fields.js';
import { EXAMPLE_DATE } from '../time/example-date.js';

export class BookingEventsQuery {
  @FromText()
  @LimitField()
  limit: number = LISTED_BY_DEFAULT;

  @CursorField()
  cursor?: string;
}

export class EventActorDto {
  @ApiId({ example: 12, nullable: true, description: 'null for the service itself' })
  account_id!: number | null;

  @ApiProperty({ type: String, enum: [...ROLES, null], example: 'staff', nullable: true })
  role!: string | null;
}

/** What was done to a booking. */
export class BookingEventDto {
  @ApiId({ example: 7 })
  id!: number;

  @ApiInstant({ description: 'UTC' })
  at!: string;

  @ApiProperty({ type: EventActorDto })
  actor!: EventActorDto;

  @ApiProperty({ enum: actionsOf('booking'), example: 'booking.moved' })
  action!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { date: EXAMPLE_DATE, time: '10:00' } })
  particulars!: Record<string, unknown>;

  @ApiProperty({ type: String, example: null, nullable: true, description: 'Why, in the words of the actor' })
  reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'For admins: the network address of the request',
  })
  address?: string | null;

  static of(event: AuditEvent, isAdmin: boolean): BookingEventDto {
    return {
      id: event.id,
      at: event.at.toISOString(),
      actor: { account_id: event.actorId, role: event.actorRole },
      action: event.action,
      particulars: JSON.parse(event.particulars) as Record<string, unknown>,
      reason: event.reason,
      ...(isAdmin && { address: event.address }),
    };
  }
}
