import type { INestApplicationContext } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type DeclaredProblem, declaredProblems } from './api-problems.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** An operation of the document, with its path and method. */
export interface PlacedOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export function operationsOf({ paths }: OpenAPIObject): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** The problems that `@ApiProblems` declares for each route and its controller, by operation id. */
export function problemsByOperation(
  app: INestApplicationContext,
): ReadonlyMap<string, readonly DeclaredProblem[]> {
  const found = new Map<string, readonly DeclaredProblem[]>();
  for (const { controllers } of app.get(ModulesContainer).values())
    for (const { metatype } of controllers.values()) {
      const prototype = (metatype as { prototype: Record<string, object> }).prototype;
      for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
        const route = prototype[name]!;
        const { operationId } = (Reflect.getMetadata('swagger/apiOperation', route) ?? {}) as Operation;
        if (operationId !== undefined)
          found.set(operationId, [...declaredProblems(metatype as object), ...declaredProblems(route)]);
      }
    }
  return found;
}
