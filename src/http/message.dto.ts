import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';

/** A sentence for the user. */
export class MessageDto {
  @ApiProperty()
  message!: string;
}

/** Documents that a route responds with this sentence. */
export function ApiOkMessage(message: string): MethodDecorator {
  return ApiOkResponse({ type: MessageDto, example: { message } });
}
