import { OVERRIDABLE_RULES } from '../availability/rules/rules-in-order.js';
import { field, type FieldOptions, hasLength } from '../http/fields.js';
import { TextField } from '../http/text-fields.js';

/** Decorators for what the desk sends with bookings. */

const [SHORTEST_REASON, LONGEST_REASON] = [3, 500];

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
      rules: { type: 'array', items: { type: 'string', enum: [...OVERRIDABLE_RULES] }, maxItems: 20 },
      reason: { type: 'string', minLength: SHORTEST_REASON, maxLength: LONGEST_REASON },
    },
  };
  const message =
    `must have rules, a list of ${OVERRIDABLE_RULES.join(', ')}, and a reason of ${SHORTEST_REASON} to ` +
    `${LONGEST_REASON} characters`;
  return field(options, schema, message, isOverride);
}

function isOverride(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { rules, reason, ...unknown } = value as Record<string, unknown>;
  if (Object.keys(unknown).length > 0 || typeof reason !== 'string') return false;
  if (
    !Array.isArray(rules) ||
    rules.length > 20 ||
    !hasLength(reason.trim(), SHORTEST_REASON, LONGEST_REASON)
  ) {
    return false;
  }
  return rules.every((rule) => (OVERRIDABLE_RULES as readonly unknown[]).includes(rule));
}
