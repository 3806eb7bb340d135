import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.js';
import { type Health, ReadinessService } from './readiness.service.js';

class LivenessDto {
  @ApiProperty({ enum: ['up'] })
  status!: 'up';
}

class ReadinessDto {
  @ApiProperty({ enum: ['up', 'down'], description: 'down if either of the two is' })
  status!: Health;

  @ApiProperty({ enum: ['up', 'down'] })
  database!: Health;

  @ApiProperty({ enum: ['up', 'down'], description: 'Booking goes on while it is down; mails wait' })
  redis!: Health;
}

@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'up' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether database and Redis answer, within two seconds' })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiResponse({ status: 503, type: ReadinessDto, description: 'One of them does not answer' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const health = await this.readiness.check();
    const status = Object.values(health).includes('down') ? 'down' : 'up';
    void reply.status(status === 'up' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status, ...health };
  }
}
