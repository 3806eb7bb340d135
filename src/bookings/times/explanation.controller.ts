import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn } from '../../auth/access.js';
import { ApiProblems } from '../../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../../http/context.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { ExplainQuery, ExplanationDto } from './explanation.dto.js';
import { ExplanationService } from './explanation.service.js';

@ApiTags('Availability')
@ApiSignedIn()
@Controller('availability')
export class ExplanationController {
  constructor(private readonly explanations: ExplanationService) {}

  @Get('explain')
  @RateLimit('search')
  @ApiOperation({
    operationId: 'explainAvailability',
    summary: 'Explain whether a time can be booked',
    description:
      'Judges a time by every rule, as booking it would, and lists the nearest later starts. For the desk also with what stands in the way.',
  })
  @ApiOkResponse({ type: ExplanationDto })
  @ApiProblems(
    'UNKNOWN_PATIENT',
    'UNKNOWN_DOCTOR',
    'UNKNOWN_TYPE',
    'TYPE_REQUIRED',
    'DOCTOR_TIME_ZONE',
    'BUSY',
    ADMIN_WITHOUT_SECOND_FACTOR,
  )
  async explain(
    @SignedInContext() context: AccountContext,
    @Query() query: ExplainQuery,
  ): Promise<ExplanationDto> {
    return ExplanationDto.from(await this.explanations.explain(context, query.toRequest()));
  }
}
