import { applyDecorators } from '@nestjs/common';
import { field, type FieldOptions, isWholeNumber, LARGEST_ID } from './fields.js';
import { registerTransform } from './shape.js';

const DIGITS = 10;

/** What a list of numbers may hold. */
interface NumberList {
  readonly least: number;
  readonly greatest: number;
  readonly most: number;
}

/** Whole numbers in a query, with commas between: `1,2,5`. The value is a list with each of them once. */
export function NumberListField(
  { least, greatest, most }: NumberList,
  options: FieldOptions = {},
): PropertyDecorator {
  const pattern = `^\\d{1,${DIGITS}}(,\\d{1,${DIGITS}}){0,${most - 1}}$`;
  const numbers = new RegExp(pattern);
  const parse = (value: unknown): unknown => {
    if (typeof value !== 'string' || value.length > most * (DIGITS + 1) || !numbers.test(value)) return value;
    return [...new Set(value.split(',').map(Number))];
  };
  const range = greatest === LARGEST_ID ? `of at least ${least}` : `from ${least} to ${greatest}`;
  return applyDecorators(
    (prototype: object, name: string | symbol) => registerTransform(prototype, name as string, parse),
    field(
      options,
      { type: 'string', pattern },
      `must be at most ${most} whole numbers ${range}, with commas between`,
      (value) => Array.isArray(value) && value.every((each) => isWholeNumber(each, least, greatest)),
    ),
  );
}
