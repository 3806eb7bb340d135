import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { ProblemMembersDto } from './problem-members.dto.js';

class FieldProblemDto {
  @ApiProperty({ example: 'date' })
  field!: string;

  @ApiProperty({ example: 'date is required' })
  message!: string;
}

/** The shape of every error, RFC 9457. */
export class ProblemDto extends ProblemMembersDto {
  @ApiProperty({ example: 'about:blank' })
  type!: string;

  @ApiProperty({ description: 'The name of the status' })
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599 })
  status!: number;

  @ApiProperty({ description: 'What is wrong and what to do, in a sentence for people' })
  detail!: string;

  @ApiProperty({ description: 'The same text as detail' })
  error!: string;

  @ApiProperty({
    enum: Object.keys(ERROR_CODES).sort(),
    enumName: 'ErrorCode',
    description: 'Stable, for programs to compare',
  })
  code!: ErrorCode;

  @ApiProperty({
    type: [FieldProblemDto],
    required: false,
    description: 'Every invalid field, for bad input',
  })
  errors?: FieldProblemDto[];

  @ApiProperty({
    description: 'Quote it when you ask for help',
    example: '5f0c6c3a-7f52-4b0e-8f6d-0b8f6f8f9d11',
  })
  request_id!: string;
}

/** An error that a route responds with: its code, and the status if the code has several. */
export type DeclaredProblem = ErrorCode | { readonly code: ErrorCode; readonly status: number };

const PROBLEMS = 'openapi:problems';

/**
 * Documents errors that a route, or each route of a controller, responds with. `describeProblems` adds the errors that
 * are common to all routes, or to all routes that read a body or parameters.
 */
export function ApiProblems(...problems: DeclaredProblem[]): MethodDecorator & ClassDecorator {
  const add = (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const declared = declaredProblems((descriptor?.value ?? target) as object);
    SetMetadata(PROBLEMS, [...declared, ...problems])(target, key!, descriptor!);
  };
  return applyDecorators(ApiExtraModels(ProblemDto), add);
}

export function declaredProblems(target: object): readonly DeclaredProblem[] {
  return (Reflect.getMetadata(PROBLEMS, target) ?? []) as DeclaredProblem[];
}
