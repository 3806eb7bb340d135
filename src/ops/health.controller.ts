import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.js';
import { ApiProblems } from '../http/api-problems.js';
import { Unlimited } from '../http/rate-limits/rate-limit.js';
import { Shutdown } from '../http/shutdown.js';
import { ZONE_DATA_VERSION } from '../time/zone-data.js';
import { type Health, type MailHealth, ReadinessService } from './readiness.service.js';

class LivenessDto {
  @ApiProperty({ enum: ['up', 'ending'] })
  status!: 'up' | 'ending';
}

class ReadinessDto {
  @ApiProperty({ enum: ['up', 'down'], description: 'down if database or Redis is' })
  status!: Health;

  @ApiProperty({ enum: ['up', 'down'] })
  database!: Health;

  @ApiProperty({ enum: ['up', 'down'], description: 'Booking goes on while it is down; mails wait' })
  redis!: Health;

  @ApiProperty({
    enum: ['up', 'failing', 'unknown'],
    description: 'failing if a mail has failed for more than five minutes; it makes nothing else down',
  })
  mail!: MailHealth;

  @ApiProperty({ example: '2026c', description: 'Which IANA time zone data this process computes with' })
  time_zone_data!: string;
}

@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly ending: Shutdown,
  ) {}

  @Get('live')
  @Unlimited()
  @ApiProblems('HEADERS_TOO_LONG')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Get liveness',
    description: 'Whether the process answers.',
  })
  @ApiOkResponse({ type: LivenessDto })
  @ApiResponse({
    status: 503,
    type: LivenessDto,
    description: 'It was asked to end: send it no more requests',
  })
  live(@Res({ passthrough: true }) reply: FastifyReply): LivenessDto {
    if (!this.ending.isUnderWay) return { status: 'up' };
    void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: 'ending' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Get readiness',
    description: 'Whether database and Redis answer, within two seconds.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiResponse({ status: 503, type: ReadinessDto, description: 'One of them does not answer' })
  @ApiProblems('TOO_MANY_REQUESTS')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const { database, redis, mail } = await this.readiness.check();
    // Booking goes on without a mail server: no balancer should take the process away for it.
    const status = database === 'up' && redis === 'up' ? 'up' : 'down';
    void reply.status(status === 'up' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status, database, redis, mail, time_zone_data: ZONE_DATA_VERSION };
  }
}
