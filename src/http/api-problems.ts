import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';

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

  @ApiProperty({ description: 'What the status is called' })
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599 })
  status!: number;

  @ApiProperty({ description: 'A sentence for a person: what is wrong, and what to do' })
  detail!: string;

  @ApiProperty({ description: 'The same text as detail' })
  error!: string;

  @ApiProperty({
    enum: Object.keys(ERROR_CODES).sort(),
    enumName: 'ErrorCode',
    description: 'Stable; made to be compared',
  })
  code!: ErrorCode;

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

/** An error that a route answers with: its code, and the status where that code comes with several. */
export type DeclaredProblem = ErrorCode | { readonly code: ErrorCode; readonly status: number };

const PROBLEMS = 'openapi:problems';

/**
 * Documents errors that a route, or each route of a controller, answers with. Those that any route may answer with, or any
 * that reads a body or parameters, are added by `describeProblems`.
 */
export function ApiProblems(...problems: DeclaredProblem[]): MethodDecorator & ClassDecorator {
  const add = (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const declared = declaredProblems((descriptor?.value ?? target) as object);
    SetMetadata(PROBLEMS, [...declared, ...problems])(target, key!, descriptor!);
  };
  return applyDecorators(ApiExtraModels(ProblemDto), add);
}

/** The errors that decorators of a class or a method declare. */
export function declaredProblems(target: object): readonly DeclaredProblem[] {
  return (Reflect.getMetadata(PROBLEMS, target) ?? []) as DeclaredProblem[];
}
