import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../audit/recorded-read.js';
import { Only } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { ApiProblems } from '../http/api-problems.js';
import { ApiId, ApiInstant, ApiInteger } from '../http/api-properties.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ChoiceField, FromText, IntegerField, LARGEST_ID } from '../http/fields.js';
import { IdParams } from '../http/id-params.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { NOTIFICATION_KINDS } from '../outbox/notification-kind.js';
import { NOTIFICATION_STATES } from '../outbox/notification-state.js';
import type { LedgerRow } from '../outbox/notification.repository.js';
import { NotificationsService } from './notifications.service.js';

class NotificationsQuery {
  @ChoiceField(NOTIFICATION_STATES, { optional: true, example: 'dead' })
  state?: string;

  @FromText()
  @IntegerField(1, 1000, { optional: true, default: 100, example: 100 })
  limit: number = 100;
}

class NotificationDto {
  @ApiId({ example: 7 })
  id!: number;

  @ApiId({ nullable: true, example: 101, description: 'null for a notification about an account' })
  booking_id!: number | null;

  @ApiInteger(0, LARGEST_ID, { example: 1, description: '0 for a notification about an account' })
  booking_version!: number;

  @ApiProperty({ enum: NOTIFICATION_KINDS })
  kind!: string;

  @ApiProperty({ enum: NOTIFICATION_STATES })
  state!: string;

  @ApiInstant({ description: 'UTC' })
  due_at!: string;

  @ApiInteger(0, LARGEST_ID, { example: 1, description: 'How often the mail server was asked to take it' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The last error, or why it was cancelled' })
  reason!: string | null;

  @ApiInstant({ nullable: true, description: 'UTC' })
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
  @ApiOperation({
    operationId: 'listNotifications',
    summary: 'List notifications',
    description: 'The mails and their states, newest first. Dead ones need attention.',
  })
  @ApiOkResponse({ type: [NotificationDto] })
  async list(@Query() { state, limit }: NotificationsQuery): Promise<NotificationDto[]> {
    return (await this.notifications.list(state, limit)).map((row) => NotificationDto.from(row));
  }

  @Post(':id/retry')
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'retryNotification',
    summary: 'Retry a dead notification',
    description: 'Sends it after all, unless its booking or code has changed since.',
  })
  @ApiOkMessage('The mail will be sent')
  @ApiProblems('NOT_DEAD')
  @AcceptsIdempotencyKey()
  async retry(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.notifications.retry(context, id);
    return { message: 'The mail will be sent' };
  }
}
