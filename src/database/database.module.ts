import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../config/environment.js';
import { Clock } from '../time/clock.js';
import { dataSourceOptions } from './data-source-options.js';
import { DatabaseClock } from './database-clock.js';

/** The database, and its clock. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Environment],
      useFactory: (environment: Environment) => ({
        ...dataSourceOptions(environment),
        autoLoadEntities: true,
        retryAttempts: 5,
        retryDelay: 1000,
      }),
    }),
  ],
  providers: [{ provide: Clock, useClass: DatabaseClock }],
  exports: [Clock],
})
export class DatabaseModule {}
