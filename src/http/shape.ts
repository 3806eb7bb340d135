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

const TRANSFORMS = 'fields:transforms';

/** Converts a value before it is checked: digits in a query to a number, a text to its normal form. */
type Transform = (value: unknown) => unknown;

/** Registers how the value of a field is converted before it is checked. */
export function registerTransform(prototype: object, name: string, transform: Transform): void {
  const others = (Reflect.getMetadata(TRANSFORMS, prototype) ?? []) as [string, Transform][];
  Reflect.defineMetadata(TRANSFORMS, [...others, [name, transform]], prototype);
}

const NEW_PASSWORDS = 'fields:new-passwords';

/** Marks a field that holds a new password. */
export function markAsNewPassword(prototype: object, name: string): void {
  const others = (Reflect.getMetadata(NEW_PASSWORDS, prototype) ?? []) as string[];
  Reflect.defineMetadata(NEW_PASSWORDS, [...others, name], prototype);
}

/** The types of class-validator decorators that check a value. */
const CHECK_TYPES: readonly string[] = ['isDefined', 'customValidation'];

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/**
 * The fields of a DTO and their checks, collected from class-validator once. class-validator itself collects them for
 * every value, which takes longer than the rest of a request.
 *
 * @throws Error for a decorator that is not supported, such as one for nested objects or for each item of a list
 */
export class Shape {
  private static readonly shapes = new Map<Type<object>, Shape>();
  readonly names: ReadonlySet<string>;
  readonly newPasswords: readonly string[];
  private readonly fields: readonly Field[];
  private readonly transforms: ReadonlyMap<string, Transform>;

  private constructor(dto: Type<object>) {
    const storage = getMetadataStorage();
    const metadata = rulesOf(dto);
    for (const rule of metadata) assertCheckable(dto, rule);
    this.names = new Set(metadata.map(({ propertyName }) => propertyName));
    this.fields = [...this.names].map((name) => {
      const rules = metadata.filter(({ propertyName }) => propertyName === name);
      const ofType = (wanted: string): typeof rules => rules.filter(({ type }) => type === wanted);
      return {
        name,
        conditions: ofType('conditionalValidation').map(({ constraints }) => constraints[0] as Condition),
        checks: CHECK_TYPES.flatMap(ofType)
          .flatMap(({ constraintCls }) => storage.getTargetValidatorConstraints(constraintCls))
          .map(
            ({ instance }) =>
              (value) =>
                instance.validate(value) === true,
          ),
      };
    });
    this.newPasswords = (Reflect.getMetadata(NEW_PASSWORDS, dto.prototype as object) ?? []) as string[];
    this.transforms = new Map(
      (Reflect.getMetadata(TRANSFORMS, dto.prototype as object) ?? []) as [string, Transform][],
    );
  }

  static of(dto: Type<object>): Shape {
    let shape = this.shapes.get(dto);
    if (!shape) this.shapes.set(dto, (shape = new Shape(dto)));
    return shape;
  }

  /** Converts the value of a field to the form that is checked and used. */
  transform(name: string, value: unknown): unknown {
    return this.transforms.get(name)?.(value) ?? value;
  }

  /** Whether class-validator would find no error. */
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
  if (CHECK_TYPES.includes(type) && isPlain) return;
  throw new Error(
    `${name}.${propertyName} has a class-validator decorator that requests do not support (${rule.name ?? type}). ` +
      'Declare the field with a decorator of src/http/fields.ts.',
  );
}

/**
 * Builds the shapes of all routes' DTOs. A DTO with an unsupported decorator thus fails the start instead of a request.
 *
 * @throws Error as `Shape` does
 */
export function buildShapes(app: INestApplication): void {
  const methods = new MetadataScanner();
  for (const { metatype } of new DiscoveryService(app.get(ModulesContainer)).getControllers()) {
    const prototype = (metatype as Type<object>).prototype as object;
    for (const name of methods.getAllMethodNames(prototype)) {
      const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Type<object>[];
      for (const type of types) if (rulesOf(type).length > 0) Shape.of(type);
    }
  }
}
