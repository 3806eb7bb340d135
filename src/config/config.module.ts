import { type DynamicModule, Module } from '@nestjs/common';
import { Environment } from './environment.js';
import { Keys } from './keys.js';

/** Gives every module the one validated `Environment`, and the keys in it. */
@Module({})
export class ConfigModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Environment, useValue: environment }, Keys],
      exports: [Environment, Keys],
    };
  }
}
