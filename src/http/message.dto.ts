import { ApiProperty } from '@nestjs/swagger';

/** A sentence for the person who asked. */
export class MessageDto {
  @ApiProperty({ example: 'Booking cancelled successfully' })
  message!: string;
}
