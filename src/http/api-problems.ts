import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';

class FieldProblemDto {
  @ApiProperty({ example: 'date' })
  field!: string;

  @ApiProperty({ example: 'date is required' })
  message!: string;
}

/** The shape of every error, RFC 9457. */
export class ProblemDto {
  @ApiProperty({ example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ example: 400 })
  status!: number;

  @ApiProperty({ example: 'date is required' })
  detail!: string;

  @ApiProperty({ description: 'The same text as detail', example: 'date is required' })
  error!: string;

  @ApiProperty({ description: 'Stable; made to be compared', example: 'VALIDATION_FAILED' })
  code!: string;

  @ApiProperty({
    type: [FieldProblemDto],
    required: false,
    description: 'Every field at fault, for bad input',
  })
  errors?: FieldProblemDto[];

  @ApiProperty({
    description: 'Name it when you ask for help',
    example: '5f0c6c3a-7f52-4b0e-8f6d-0b8f6f8f9d11',
  })
  request_id!: string;
}

const EXPLAINED: Record<number, string> = {
  400: 'The request was refused; `detail` says why.',
  401: 'No token, or not a valid one. `TOKEN_EXPIRED`: log in again.',
  403: 'The token is valid, but its role may not do this.',
  404: 'There is nothing like it.',
  409: 'A request with this Idempotency-Key is being worked on; `Retry-After` says when to ask again.',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is not JSON.',
  422: 'This Idempotency-Key was used with another body.',
  429: 'Too many requests; `Retry-After` says when to try again.',
  503: 'Not available right now; `Retry-After` says when to try again.',
};

const ANY_ROUTE = [429, 503];
const ANY_BODY = [413, 415];

/** Documents the errors a route answers with, besides those that any route may: 429 and 503. */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...statuses, ...ANY_ROUTE].map((status) => ApiResponse({ status, ...problemResponse(status) })),
  );
}

/** Documents the errors of every route that reads a body. */
export function describeBodyProblems({ paths }: OpenAPIObject): void {
  for (const { post, patch, delete: remove } of Object.values(paths)) {
    for (const operation of [post, patch, remove]) {
      if (!operation?.requestBody) continue;
      for (const status of ANY_BODY) operation.responses[status] = problemResponse(status);
    }
  }
}

function problemResponse(status: number) {
  return {
    description: EXPLAINED[status] ?? STATUS_CODES[status] ?? '',
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
  };
}
