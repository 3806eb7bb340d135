import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn } from '../auth/access.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { BookingDto } from './booking.dto.js';
import { CancelDto, SetStatusDto } from './booking-requests.dto.js';
import { CancellationService } from './cancellation.service.js';
import { StatusService } from './status.service.js';

/** What becomes of a booking that keeps its time. */
@ApiTags('Bookings')
@ApiSignedIn()
@ApiProblems(ADMIN_WITHOUT_SECOND_FACTOR)
@Controller('bookings')
export class BookingStatusController {
  constructor(
    private readonly cancellation: CancellationService,
    private readonly statuses: StatusService,
  ) {}

  @Post(':id/cancel')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelBookingWithReason',
    summary: 'Cancel a booking, saying why',
    description:
      'The patient cancels before the start; the doctor and the desk also later, with a reason, until it took place. One ' +
      'that was set to `fulfilled` by mistake they cancel before its start. The email says who cancelled.',
  })
  @ApiOkResponse({ type: BookingDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('BOOKING_NOT_FOUND', 'BOOKING_STARTED', 'TOO_LATE', 'STATUS_NOT_POSSIBLE')
  async cancel(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() { reason, notify: isNotifying }: CancelDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingDto> {
    return tagged(
      reply,
      BookingDto.from(await this.cancellation.cancel(context, id, { reason, isNotifying })),
    );
  }

  @Post(':id/status')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'setBookingStatus',
    summary: 'Record what became of a booking',
    description:
      'For the desk and the doctor. A step back needs a reason, and is possible on the day of the appointment.',
  })
  @ApiOkResponse({ type: BookingDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('BOOKING_NOT_FOUND', 'STATUS_NOT_POSSIBLE', 'DOCTOR_TIME_ZONE')
  async setStatus(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() status: SetStatusDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingDto> {
    return tagged(reply, BookingDto.from(await this.statuses.set(context, id, status)));
  }
}
