import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiId, ApiInstant } from '../../http/api-properties.js';
import { ApiProblems } from '../../http/api-problems.js';
import { IdParams } from '../../http/id-params.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { ApiSignedIn } from '../access.js';
import { type AccountContext, SignedInContext } from '../../http/context.js';
import { LogoutService } from './logout.service.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import type { Session } from './session.entity.js';
import { SessionRepository } from './session.repository.js';

class LiveSessionDto {
  @ApiId({ example: 7 })
  id!: number;

  @ApiInstant({ description: 'UTC; when the log-in was' })
  created_at!: string;

  @ApiInstant({ description: 'UTC; when the last request was, to the minute' })
  last_seen_at!: string;

  @ApiProperty({ example: '203.0.113.7', description: 'The network address of the log-in' })
  address!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The `User-Agent` of the client' })
  user_agent!: string | null;

  @ApiProperty({ example: true, description: 'Whether this request belongs to it' })
  current!: boolean;

  static from(
    { id, createdAt, lastSeenAt, address, userAgent }: Session,
    current: number | null,
  ): LiveSessionDto {
    return {
      id,
      created_at: createdAt.toISOString(),
      last_seen_at: lastSeenAt.toISOString(),
      address,
      user_agent: userAgent,
      current: id === current,
    };
  }
}

@ApiTags('Log-in')
@ApiSignedIn()
@Controller('auth/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly logouts: LogoutService,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listMySessions',
    summary: 'List my sessions',
    description: 'The live sessions of the account, newest first.',
  })
  @ApiOkResponse({ type: [LiveSessionDto] })
  async list(@SignedInContext() { actor }: AccountContext): Promise<LiveSessionDto[]> {
    return (await this.sessions.findLive(actor.id)).map((row) => LiveSessionDto.from(row, actor.session));
  }

  @Delete(':id')
  @RateLimit('ownSessions')
  @ApiOperation({
    operationId: 'endMySession',
    summary: 'End one of my sessions',
    description: 'Its tokens stop working within five seconds.',
  })
  @ApiOkMessage('Session ended')
  @ApiProblems('SESSION_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async end(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.logouts.endSession(context, id);
    return { message: 'Session ended' };
  }
}
