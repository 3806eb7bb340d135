import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from './domain-error.js';
import { Shape } from './shape.js';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

const NO_DTO: ReadonlySet<unknown> = new Set([undefined, String, Boolean, Number, Array, Object]);

/** Checks every body, query and path against its DTO: unknown fields are refused, nothing is coerced. */
@Injectable()
export class StrictValidationPipe implements PipeTransform {
  /** @throws Refusal VALIDATION_FAILED with every field at fault */
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom' || NO_DTO.has(metatype)) return value;
    const shape = Shape.of(metatype as Type<object>);
    const dto = new metatype!() as Record<string, unknown>;
    const problems: FieldProblem[] = [];
    for (const [name, held] of entriesOf(value)) {
      if (!shape.names.has(name)) problems.push({ field: name, message: `${name} is not a known field` });
      else dto[name] = shape.read(name, held);
    }
    if (problems.length === 0 && shape.fits(dto)) return dto;
    throw refusalOf([...problems, ...validateSync(dto).map(problemOf)]);
  }
}

function entriesOf(value: unknown = {}): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('VALIDATION_FAILED', 'The body of the request must be a JSON object.');
  }
  return Object.entries(value);
}

function refusalOf(problems: readonly FieldProblem[]): Refusal {
  const detail = problems.map(({ message }) => message).join('; ');
  return new Refusal('VALIDATION_FAILED', detail, problems);
}

function problemOf({ property, constraints = {} }: ValidationError): FieldProblem {
  const message = constraints.isDefined ?? Object.values(constraints)[0] ?? `${property} is not valid`;
  return { field: property, message };
}
