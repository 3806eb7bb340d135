import { Injectable, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Refusal } from './domain-error.js';

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
      exceptionFactory: (errors) => refusalOf(errors),
    });
  }
}

function refusalOf(errors: ValidationError[]): Refusal {
  const fields = errors.map(({ property, constraints }) => ({
    field: property,
    message: messageOf(property, constraints ?? {}),
  }));
  const detail = fields.map(({ message }) => message).join('; ') || 'The request must be a JSON object';
  return new Refusal('VALIDATION_FAILED', detail, fields);
}

function messageOf(property: string, constraints: Record<string, string>): string {
  if ('whitelistValidation' in constraints) return `${property} is not a known field`;
  if ('isDefined' in constraints) return constraints.isDefined;
  return Object.values(constraints)[0] ?? `${property} is not valid`;
}
