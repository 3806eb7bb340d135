import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../audit/recorded-read.js';
import { Only } from '../auth/access.js';
import { RateLimit } from '../auth/throttling/rate-limit.js';
import { type Asker, Caller } from '../auth/principal.js';
import { ApiProblems } from '../http/api-problems.js';
import { ChoiceField, FromText, IntegerField } from '../http/fields.js';
import { IdParams } from '../http/id-params.js';
import { MessageDto } from '../http/message.dto.js';
import { AcceptsIdempotencyKey } from '../idempotency/keyed-request.js';
import { NOTIFICATION_KINDS } from '../outbox/notification-kind.js';
import { type LedgerRow, NotificationsService, STATES } from './notifications.service.js';

class NotificationsQuery {
  @ChoiceField(STATES, { optional: true, example: 'dead' })
  state?: string;

  @FromText()
  @IntegerField(1, 1000, { optional: true, example: 100 })
  limit: number = 100;
}

class NotificationDto {
  @ApiProperty({ example: 7 })
  id!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 101,
    description: 'null where it is about an account',
  })
  booking_id!: number | null;

  @ApiProperty({ example: 1 })
  booking_version!: number;

  @ApiProperty({ enum: NOTIFICATION_KINDS })
  kind!: string;

  @ApiProperty({ enum: STATES })
  state!: string;

  @ApiProperty({ format: 'date-time', description: 'UTC' })
  due_at!: string;

  @ApiProperty({ example: 1, description: 'How often it was offered to the mail server' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The last error, or why it was cancelled' })
  reason!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'UTC' })
  settled_at!: string | null;

  static from(row: LedgerRow): NotificationDto {
    return { ...row, due_at: row.due_at.toISOString(), settled_at: row.settled_at?.toISOString() ?? null };
  }
}

@ApiTags('Notifications')
@Only('admin')
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @RecordedRead('message.listed')
  @ApiOperation({ summary: 'The mails and what became of them, the newest first; dead ones need a look' })
  @ApiOkResponse({ type: [NotificationDto] })
  @ApiProblems(400)
  async list(@Query() { state, limit }: NotificationsQuery): Promise<NotificationDto[]> {
    return (await this.notifications.list(state, limit)).map((row) => NotificationDto.from(row));
  }

  @Post(':id/retry')
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a dead mail after all' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 404)
  @AcceptsIdempotencyKey()
  async retry(@Caller() by: Asker, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.notifications.retry(by, id);
    return { message: 'The mail will be sent' };
  }
}
