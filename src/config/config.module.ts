import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ClinicEnvironment } from './clinic.environment.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { Keys } from './keys.js';

type Program<T> = new () => T;

/** Provides the program's one validated environment, by its class and that class's parents, and the keys in it. */
@Module({})
export class ConfigModule {
  static forRoot<T extends DatabaseEnvironment>(program: Program<T>, environment: T): DynamicModule {
    const classes = classesOf(program);
    const environments: Provider[] = classes.map((provide) => ({ provide, useValue: environment }));
    const keys: Provider[] = classes.includes(ClinicEnvironment) ? [Keys] : [];
    return {
      module: ConfigModule,
      global: true,
      providers: [...environments, ...keys],
      exports: [...classes, ...(keys.length > 0 ? [Keys] : [])],
    };
  }
}

function classesOf(program: Program<unknown>): Program<unknown>[] {
  const parent = Object.getPrototypeOf(program) as Program<unknown>;
  return parent === Function.prototype ? [program] : [program, ...classesOf(parent)];
}
