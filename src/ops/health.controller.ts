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
  @ApiProperty({ enum: ['up', 'down'], description: 'down if the database or Redis is down' })
  status!: Health;

  @ApiProperty({ enum: ['up', 'down'] })
  database!: Health;

  @ApiProperty({ enum: ['up', 'down'], description: 'While it is down, booking works and mails wait' })
  redis!: Health;

  @ApiProperty({
    enum: ['up', 'failing', 'unknown'],
    description: 'failing if a mail has failed for more than five minutes; does not affect status',
  })
  mail!: MailHealth;

  @ApiProperty({
    example: '2026c',
    description: 'The version of the IANA time zone data that this process uses',
  })
  time_zone_data!: string;
}

@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly shutdown: Shutdown,
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
    description: 'The process is shutting down: send it no further requests',
  })
  live(@Res({ passthrough: true }) reply: FastifyReply): LivenessDto {
    if (!this.shutdown.isUnderWay) return { status: 'up' };
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
  @ApiResponse({ status: 503, type: ReadinessDto, description: 'The database or Redis does not answer' })
  @ApiProblems('TOO_MANY_REQUESTS')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const { database, redis, mail } = await this.readiness.check();
    // Without `mail`: booking works without a mail server, so a load balancer must not drop the process.
    const status = database === 'up' && redis === 'up' ? 'up' : 'down';
    void reply.status(status === 'up' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status, database, redis, mail, time_zone_data: ZONE_DATA_VERSION };
  }
}
