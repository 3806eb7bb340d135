import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { IsString, MaxLength, ValidateNested } from 'class-validator';
import { expect, test } from 'vitest';
import { IdField } from './fields.js';
import { Shape } from './shape.js';

class Plain {
  @IdField()
  id!: number;

  @IsString()
  text!: string;
}

class Nested {
  @ValidateNested()
  inner!: Plain;
}

class Each {
  @IsString({ each: true })
  texts!: string[];
}

class WithParameters {
  @MaxLength(5)
  text!: string;
}

class InGroups {
  @IsString({ groups: ['some'] })
  text!: string;
}

test('fields with plain values are checked', () => {
  const shape = Shape.of(Plain);
  expect(shape.fits({ id: 1, text: 'a' })).toBe(true);
  expect(shape.fits({ id: 1, text: 2 })).toBe(false);
  expect(shape.fits({ text: 'a' })).toBe(false);
});

test.each<[Type<object>, string]>([
  [Nested, 'Nested.inner'],
  [Each, 'Each.texts'],
  [WithParameters, 'WithParameters.text'],
  [InGroups, 'InGroups.text'],
])('%o has an unsupported decorator and is refused instead of passing unchecked', (dto, field) => {
  expect(() => Shape.of(dto)).toThrow(field);
});
