import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '../errors/domain-error.js';
import { NEW_PASSWORD_RULE, type PasswordJudge } from './password-judge.js';
import { Shape } from './shape.js';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Unknown fields that are named; a client that sends more of them learns how many there are. */
const MOST_NAMED = 20;
/** Of the name of an unknown field. */
const LONGEST_NAME = 64;

const NO_DTO: ReadonlySet<unknown> = new Set([undefined, String, Boolean, Number, Array, Object]);

/** Checks every body, query and path against its DTO: unknown fields are refused, nothing is coerced. */
@Injectable()
export class StrictValidationPipe implements PipeTransform {
  /** @param judge of new passwords in a body that is refused; of others, whoever sets them asks */
  constructor(private readonly judge?: PasswordJudge) {}

  /** @throws Refusal VALIDATION_FAILED with every field at fault */
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom' || NO_DTO.has(metatype)) return value;
    const shape = Shape.of(metatype as Type<object>);
    const dto = new metatype!() as Record<string, unknown>;
    const unknown: string[] = [];
    for (const [name, held] of entriesOf(value)) {
      if (!shape.names.has(name)) unknown.push(name);
      else dto[name] = shape.read(name, held);
    }
    if (unknown.length === 0 && shape.fits(dto)) return dto;
    const wrong = validateSync(dto).map(problemOf);
    const judged = this.judge ? shape.newPasswords.filter((name) => isRight(dto, name, wrong)) : [];
    if (judged.length === 0) throw refusalOf(unknown, wrong);
    return this.judgeToo(judged, dto, wrong).then((problems) => {
      throw refusalOf(unknown, problems);
    });
  }

  /** Guards have counted the request by now, so that whoever sends such bodies in mass is stopped before this. */
  private async judgeToo(
    names: readonly string[],
    dto: Readonly<Record<string, unknown>>,
    wrong: readonly FieldProblem[],
  ): Promise<FieldProblem[]> {
    const problems = [...wrong];
    const email = isRight(dto, 'email', wrong) ? (dto.email as string) : '';
    for (const field of names) {
      if (await this.judge!.isCommon(dto[field] as string, email))
        problems.push({ field, message: `${field} ${NEW_PASSWORD_RULE}` });
    }
    return problems;
  }
}

/** Whether a field holds a text with which nothing is wrong. */
function isRight(
  dto: Readonly<Record<string, unknown>>,
  name: string,
  wrong: readonly FieldProblem[],
): boolean {
  return typeof dto[name] === 'string' && !wrong.some(({ field }) => field === name);
}

function entriesOf(value: unknown = {}): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('VALIDATION_FAILED', 'The body of the request must be a JSON object.');
  }
  return Object.entries(value);
}

function refusalOf(unknown: readonly string[], wrong: readonly FieldProblem[]): Refusal {
  const problems = [...unknown.slice(0, MOST_NAMED).map(unknownField), ...wrong];
  const sentences = problems.map(({ message }) => message);
  if (unknown.length > MOST_NAMED) sentences.push(`${unknown.length - MOST_NAMED} more fields are not known`);
  return new Refusal('VALIDATION_FAILED', sentences.join('; '), problems);
}

function unknownField(name: string): FieldProblem {
  const field = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return { field, message: `${field} is not a known field` };
}

function problemOf({ property, constraints = {} }: ValidationError): FieldProblem {
  const message = constraints.isDefined ?? Object.values(constraints)[0] ?? `${property} is not valid`;
  return { field: property, message };
}
