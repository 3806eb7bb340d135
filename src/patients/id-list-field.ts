import { field, type FieldOptions, isWholeNumber, LARGEST_ID } from '../http/fields.js';

const MOST = 100;

/** A list of ids. */
export function IdListField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: LARGEST_ID },
    maxItems: MOST,
  };
  return field(
    options,
    schema,
    `must be a list of at most ${MOST} whole numbers of at least 1`,
    (value) =>
      Array.isArray(value) && value.length <= MOST && value.every((id) => isWholeNumber(id, 1, LARGEST_ID)),
  );
}
