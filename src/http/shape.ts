import type { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { getMetadataStorage } from 'class-validator';

type Check = (value: unknown) => boolean;
type Condition = (dto: object, value: unknown) => boolean;

interface Field {
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly checks: readonly Check[];
}

const READERS = 'fields:readers';

/** Reads a value before it is checked: digits of a query as a number, a text in its normal form. */
type Reader = (value: unknown) => unknown;

/** Says how the value of a field is to be read. */
export function markReader(prototype: object, name: string, read: Reader): void {
  const others = (Reflect.getMetadata(READERS, prototype) ?? []) as [string, Reader][];
  Reflect.defineMetadata(READERS, [...others, [name, read]], prototype);
}

const NEW_PASSWORDS = 'fields:new-passwords';

/** Says of a field that it holds a password to be set. */
export function markNewPassword(prototype: object, name: string): void {
  const others = (Reflect.getMetadata(NEW_PASSWORDS, prototype) ?? []) as string[];
  Reflect.defineMetadata(NEW_PASSWORDS, [...others, name], prototype);
}

/** The types of decorators that check a value. */
const CHECKED: readonly string[] = ['isDefined', 'customValidation'];

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/**
 * The fields of a DTO and their checks, as class-validator knows them. It gathers them anew for each value, which takes
 * longer than all that a request means to do; here they are gathered once.
 *
 * @throws Error for a decorator that cannot be checked this way, such as one of nested objects or of each item of a list
 */
export class Shape {
  private static readonly known = new Map<Type<object>, Shape>();
  readonly names: ReadonlySet<string>;
  readonly newPasswords: readonly string[];
  private readonly fields: readonly Field[];
  private readonly readers: ReadonlyMap<string, Reader>;

  private constructor(dto: Type<object>) {
    const storage = getMetadataStorage();
    const metadata = rulesOf(dto);
    for (const rule of metadata) assertCheckable(dto, rule);
    this.names = new Set(metadata.map(({ propertyName }) => propertyName));
    this.fields = [...this.names].map((name) => {
      const rules = metadata.filter(({ propertyName }) => propertyName === name);
      const of = (wanted: string): typeof rules => rules.filter(({ type }) => type === wanted);
      return {
        name,
        conditions: of('conditionalValidation').map(({ constraints }) => constraints[0] as Condition),
        checks: CHECKED.flatMap(of)
          .flatMap(({ constraintCls }) => storage.getTargetValidatorConstraints(constraintCls))
          .map(
            ({ instance }) =>
              (value) =>
                instance.validate(value) === true,
          ),
      };
    });
    this.newPasswords = (Reflect.getMetadata(NEW_PASSWORDS, dto.prototype as object) ?? []) as string[];
    this.readers = new Map(
      (Reflect.getMetadata(READERS, dto.prototype as object) ?? []) as [string, Reader][],
    );
  }

  static of(dto: Type<object>): Shape {
    let shape = this.known.get(dto);
    if (!shape) this.known.set(dto, (shape = new Shape(dto)));
    return shape;
  }

  /** The value of a field as it is to be checked and used. */
  read(name: string, value: unknown): unknown {
    return this.readers.get(name)?.(value) ?? value;
  }

  /** Whether class-validator would find nothing wrong. */
  fits(dto: object): boolean {
    return this.fields.every(({ name, conditions, checks }) => {
      const value = (dto as Record<string, unknown>)[name];
      return !conditions.every((holds) => holds(dto, value)) || checks.every((passes) => passes(value));
    });
  }
}

function rulesOf(dto: Type<object>): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
}

function assertCheckable({ name }: Type<object>, rule: Rule): void {
  const { type, propertyName, each, groups, constraints, constraintCls } = rule;
  if (type === 'conditionalValidation') return;
  const validators = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  const isPlain = !each && !groups?.length && !constraints?.length && !validators.some(({ async }) => async);
  if (CHECKED.includes(type) && isPlain) return;
  throw new Error(
    `${name}.${propertyName} has a decorator of class-validator that requests are not checked by (${rule.name ?? type}). ` +
      'Declare the field with a decorator of src/http/fields.ts.',
  );
}

/**
 * Reads the DTOs of all routes, so that one whose fields would pass unchecked ends the start, and no request.
 *
 * @throws Error as `Shape` does
 */
export function readShapes(app: INestApplication): void {
  const methods = new MetadataScanner();
  for (const { metatype } of new DiscoveryService(app.get(ModulesContainer)).getControllers()) {
    const prototype = (metatype as Type<object>).prototype as object;
    for (const name of methods.getAllMethodNames(prototype)) {
      const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Type<object>[];
      for (const type of types) if (rulesOf(type).length > 0) Shape.of(type);
    }
  }
}
