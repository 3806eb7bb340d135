import { applyDecorators } from '@nestjs/common';
import { OVERRIDABLE_RULES } from '../errors/rules.js';
import { field, type FieldOptions, isWholeNumber, LARGEST_ID } from '../http/fields.js';
import { registerTransform } from '../http/shape.js';
import { composeText, isText, TextField } from '../http/text-fields.js';

/** Decorators for what the desk sends with bookings. */

const [SHORTEST_REASON, LONGEST_REASON] = [3, 500];
const MOST_RULES = 20;
const NOT_AN_OVERRIDE = 'must be an object with rules and reason, and nothing else';

/** Stands for any doctor who offers the type. */
export const ANY = 'any';

/** The id of a doctor, or `any`. */
export function DoctorOrAnyField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    oneOf: [
      { type: 'integer', minimum: 1, maximum: LARGEST_ID },
      { type: 'string', enum: [ANY] },
    ],
    example: 1,
  };
  const message = `must be a whole number of at least 1, or "${ANY}"`;
  return field(options, schema, message, (value) => value === ANY || isWholeNumber(value, 1, LARGEST_ID));
}

/** A note for the patient, the doctor and the desk. */
export function NoteField(options: FieldOptions = {}): PropertyDecorator {
  return TextField(1, 500, options);
}

/** Why somebody did something. */
export function ReasonField(options: FieldOptions = {}): PropertyDecorator {
  return TextField(SHORTEST_REASON, LONGEST_REASON, { example: 'The doctor is ill', ...options });
}

/** The rules that the desk overrides, and why. */
export function OverrideField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'object',
    required: ['rules', 'reason'],
    additionalProperties: false,
    properties: {
      rules: { type: 'array', items: { type: 'string', enum: [...OVERRIDABLE_RULES] }, maxItems: MOST_RULES },
      reason: { type: 'string', minLength: SHORTEST_REASON, maxLength: LONGEST_REASON },
    },
  };
  return applyDecorators(
    (prototype: object, name: string | symbol) =>
      registerTransform(prototype, name as string, withComposedReason),
    field(withRules(options), schema, faultOf, (value) => faultOf(value) === ''),
  );
}

function withComposedReason(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('reason' in value)) return value;
  return { ...value, reason: composeText(value.reason, LONGEST_REASON) };
}

/** What is wrong with an override; empty if nothing is. */
function faultOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NOT_AN_OVERRIDE;
  const { rules, reason, ...unknown } = value as Record<string, unknown>;
  if (Object.keys(unknown).length > 0) return NOT_AN_OVERRIDE;
  if (!isListOfRules(rules)) return `must have rules, a list of ${OVERRIDABLE_RULES.join(', ')}`;
  if (isText(reason, SHORTEST_REASON, LONGEST_REASON)) return '';
  return `must have a reason of ${SHORTEST_REASON} to ${LONGEST_REASON} characters that can be seen, without < or >`;
}

function isListOfRules(rules: unknown): boolean {
  if (!Array.isArray(rules) || rules.length > MOST_RULES) return false;
  return rules.every((rule) => (OVERRIDABLE_RULES as readonly unknown[]).includes(rule));
}

function withRules({ description, ...options }: FieldOptions): FieldOptions {
  const rules = `names every rule to override, of ${OVERRIDABLE_RULES.join(', ')}, and why`;
  return { ...options, description: description === undefined ? rules : `${description}: ${rules}` };
}
