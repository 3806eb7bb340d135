import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../audit/recorded-read.js';
import { actionsOf, AUDIT_SUBJECTS, type AuditSubject } from '../audit/audit-action.js';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { AuditService } from '../audit/audit.service.js';
import { Only } from '../auth/access.js';
import { ROLES } from '../auth/role.js';
import { ApiId, ApiInstant, ApiInteger } from '../http/api-properties.js';
import { EXAMPLE_DATE } from '../time/example-date.js';
import { ChoiceField, FromText, IdField, IntegerField, LARGEST_ID } from '../http/fields.js';

class AuditQuery {
  @ChoiceField(AUDIT_SUBJECTS, { optional: true, example: 'booking' })
  subject?: AuditSubject;

  @FromText()
  @IdField({ optional: true, example: 1, description: 'The id of the subject; give subject too' })
  subject_id?: number;

  @FromText()
  @IdField({ optional: true, example: 1, description: 'The account of the actor' })
  actor_id?: number;

  @FromText()
  @IdField({ optional: true, example: 1000000, description: 'Only events before this one' })
  before?: number;

  @FromText()
  @IntegerField(1, 1000, { optional: true, default: 100, example: 100 })
  limit: number = 100;
}

class AuditEventDto {
  @ApiId({ example: 7 })
  id!: number;

  @ApiInstant({ description: 'UTC' })
  at!: string;

  @ApiId({ nullable: true, description: 'The account of the actor; null for a visitor or the service' })
  actor_id!: number | null;

  @ApiProperty({ type: String, enum: [...ROLES, null], nullable: true, example: 'user' })
  actor_role!: string | null;

  @ApiProperty({ enum: AUDIT_SUBJECTS.flatMap(actionsOf), example: 'booking.moved' })
  action!: string;

  @ApiProperty({ enum: AUDIT_SUBJECTS })
  subject!: string;

  @ApiInteger(0, LARGEST_ID, { example: 101, description: '0 if the event is about no single subject' })
  subject_id!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The network address of the request' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true })
  request_id!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { date: EXAMPLE_DATE, time: '10:00' } })
  particulars!: Record<string, unknown>;

  @ApiProperty({ type: String, example: null, nullable: true, description: 'Why, in the words of the actor' })
  reason!: string | null;

  static from(event: AuditEvent): AuditEventDto {
    return {
      id: event.id,
      actor_id: event.actorId,
      actor_role: event.actorRole,
      action: event.action,
      subject: event.subject,
      subject_id: event.subjectId,
      address: event.address,
      request_id: event.requestId,
      at: event.at.toISOString(),
      particulars: JSON.parse(event.particulars) as Record<string, unknown>,
      reason: event.reason,
    };
  }
}

@ApiTags('Audit')
@Only('admin')
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @RecordedRead('event.listed')
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'List events',
    description: 'Who did what, when and from where, newest first.',
  })
  @ApiOkResponse({ type: [AuditEventDto] })
  async list(@Query() query: AuditQuery): Promise<AuditEventDto[]> {
    return (await this.audit.list(query)).map((row) => AuditEventDto.from(row));
  }
}
