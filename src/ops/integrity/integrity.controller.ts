import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../../audit/recorded-read.js';
import { Only } from '../../auth/access.js';
import { LongRunning } from '../../http/long-running.interceptor.js';
import { IntegrityDto } from './integrity.dto.js';
import { IntegrityService } from './integrity.service.js';

@ApiTags('Integrity')
@Only('admin')
@Controller('integrity')
export class IntegrityController {
  constructor(private readonly integrity: IntegrityService) {}

  @Get()
  @LongRunning()
  @RecordedRead('booking.listed')
  @ApiOperation({
    operationId: 'checkIntegrity',
    summary: 'Check integrity',
    description: 'Lists what is inconsistent, and what to do about it. Reads every booking.',
  })
  @ApiOkResponse({ type: IntegrityDto })
  async check(): Promise<IntegrityDto> {
    return IntegrityDto.from(await this.integrity.check());
  }
}
