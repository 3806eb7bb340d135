import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '../errors/domain-error.js';
import { NEW_PASSWORD_RULE, type PasswordChecker } from './password-checker.js';
import { Shape } from './shape.js';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Unknown fields to name in the error; the rest are counted. */
const MAX_NAMED = 20;
/** Longer names of unknown fields are cut off. */
const MAX_NAME_LENGTH = 64;

const NO_DTO: ReadonlySet<unknown> = new Set([undefined, String, Boolean, Number, Array, Object]);

/** Checks every body, query and path against its DTO: unknown fields are refused, nothing is coerced. */
@Injectable()
export class StrictValidationPipe implements PipeTransform {
  /** @param passwordChecker checks new passwords in invalid bodies; in valid ones, the services check them */
  constructor(private readonly passwordChecker?: PasswordChecker) {}

  /** @throws Refusal VALIDATION_FAILED with every invalid field */
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom' || NO_DTO.has(metatype)) return value;
    const shape = Shape.of(metatype as Type<object>);
    const dto = new metatype!() as Record<string, unknown>;
    const unknown: string[] = [];
    for (const [name, fieldValue] of entriesOf(value)) {
      if (!shape.names.has(name)) unknown.push(name);
      else dto[name] = shape.transform(name, fieldValue);
    }
    if (unknown.length === 0 && shape.fits(dto)) return dto;
    const found = validateSync(dto).map(problemOf);
    const newPasswords = this.passwordChecker
      ? shape.newPasswords.filter((name) => isValidText(dto, name, found))
      : [];
    if (newPasswords.length === 0) throw refusalOf(unknown, found);
    return this.withPasswordProblems(newPasswords, dto, found).then((problems) => {
      throw refusalOf(unknown, problems);
    });
  }

  /** Slow, but safe from floods: the guards have counted the request against the rate limits already. */
  private async withPasswordProblems(
    names: readonly string[],
    dto: Readonly<Record<string, unknown>>,
    found: readonly FieldProblem[],
  ): Promise<FieldProblem[]> {
    const problems = [...found];
    const email = isValidText(dto, 'email', found) ? (dto.email as string) : '';
    for (const field of names) {
      if (await this.passwordChecker!.isCommon(dto[field] as string, email))
        problems.push({ field, message: `${field} ${NEW_PASSWORD_RULE}` });
    }
    return problems;
  }
}

/** Whether a field is a text without a problem. */
function isValidText(
  dto: Readonly<Record<string, unknown>>,
  name: string,
  problems: readonly FieldProblem[],
): boolean {
  return typeof dto[name] === 'string' && !problems.some(({ field }) => field === name);
}

function entriesOf(value: unknown = {}): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('VALIDATION_FAILED', 'The body of the request must be a JSON object.');
  }
  return Object.entries(value);
}

function refusalOf(unknown: readonly string[], found: readonly FieldProblem[]): Refusal {
  const problems = [...unknown.slice(0, MAX_NAMED).map(unknownField), ...found];
  const sentences = problems.map(({ message }) => message);
  if (unknown.length > MAX_NAMED) sentences.push(`${unknown.length - MAX_NAMED} more fields are not known`);
  return new Refusal('VALIDATION_FAILED', sentences.join('; '), problems);
}

function unknownField(name: string): FieldProblem {
  const field = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return { field, message: `${field} is not a known field` };
}

function problemOf({ property, constraints = {} }: ValidationError): FieldProblem {
  const message = constraints.isDefined ?? Object.values(constraints)[0] ?? `${property} is not valid`;
  return { field: property, message };
}
