import { type ArgumentMetadata, Injectable, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Refusal } from './domain-error.js';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Checks every body, query and path against its DTO: unknown fields are refused, nothing is coerced. */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => refusalOf(errors.map(problemOf)),
    });
  }

  /** @throws Refusal VALIDATION_FAILED with every field at fault */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (!this.toValidate(metadata)) return super.transform(value, metadata);
    const fields = fieldsOf(value);
    const methods = metadata.metatype!.prototype as object;
    const unseen = Object.keys(fields).filter((name) => name in methods);
    let others: readonly FieldProblem[] = [];
    try {
      const dto: unknown = await super.transform(fields, metadata);
      if (unseen.length === 0) return dto;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      others = error.errors ?? [];
    }
    // class-transformer passes over names such as "constructor", so that the check for unknown fields misses them.
    throw refusalOf([...unseen.map(unknownField), ...others]);
  }
}

/**
 * Requests are flat. What stands inside a field is left out, since no field may hold anything: to walk through
 * it would take as much stack as a client cares to nest.
 */
function fieldsOf(value: unknown = {}): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('VALIDATION_FAILED', 'The body of the request must be a JSON object.');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, held]: [string, unknown]) => [
      name,
      typeof held === 'object' && held !== null ? {} : held,
    ]),
  );
}

function refusalOf(problems: readonly FieldProblem[]): Refusal {
  const detail = problems.map(({ message }) => message).join('; ') || 'The request is not valid.';
  return new Refusal('VALIDATION_FAILED', detail, problems);
}

function problemOf({ property, constraints = {} }: ValidationError): FieldProblem {
  if ('whitelistValidation' in constraints) return unknownField(property);
  const message = constraints.isDefined ?? Object.values(constraints)[0] ?? `${property} is not valid`;
  return { field: property, message };
}

function unknownField(field: string): FieldProblem {
  return { field, message: `${field} is not a known field` };
}
