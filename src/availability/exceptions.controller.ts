import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Only } from '../auth/access.js';
import { Caller, type Principal } from '../auth/principal.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { ApiProblems } from '../http/api-problems.js';
import { IdParams } from '../http/id-params.js';
import { MessageDto } from '../http/message.dto.js';
import { AddExceptionDto, ExceptionDto } from './exceptions.dto.js';
import { ExceptionsService } from './exceptions.service.js';

@ApiTags('Exceptions')
@Only('doctor')
@Controller('exceptions')
export class ExceptionsController {
  constructor(
    private readonly exceptions: ExceptionsService,
    private readonly doctors: DoctorsService,
  ) {}

  @Get('me')
  @ApiOperation({ summary: 'What the doctor blocked, by date and start' })
  @ApiOkResponse({ type: [ExceptionDto] })
  @ApiProblems(404)
  async mine(@Caller() { id }: Principal): Promise<ExceptionDto[]> {
    const doctor = await this.doctors.ofAccount(id);
    return (await this.exceptions.list(doctor.id)).map((exception) => ExceptionDto.from(exception));
  }

  @Post()
  @ApiOperation({ summary: 'Block a date or part of it; existing bookings stay' })
  @ApiCreatedResponse({ type: ExceptionDto })
  @ApiProblems(400, 404)
  async add(@Caller() { id }: Principal, @Body() body: AddExceptionDto): Promise<ExceptionDto> {
    const doctor = await this.doctors.ofAccount(id);
    const added = await this.exceptions.add(doctor, {
      date: body.date,
      isFullDay: body.is_full_day,
      startTime: body.start_time,
      endTime: body.end_time,
    });
    return ExceptionDto.from(added);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Open the time again' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 404)
  async remove(@Caller() { id: userId }: Principal, @Param() { id }: IdParams): Promise<MessageDto> {
    const doctor = await this.doctors.ofAccount(userId);
    await this.exceptions.remove(doctor.id, id);
    return { message: 'Exception deleted' };
  }
}
