import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseEnvironment } from '../config/database.environment.js';
import { Bulkhead } from './bulkhead.js';
import { Clock } from '../time/clock.js';
import { dataSourceOptions } from './data-source-options.js';
import { DatabaseClock } from './database-clock.js';
import { RetentionMark } from './retention-mark.entity.js';

/** The database and its clock. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [DatabaseEnvironment],
      useFactory: (environment: DatabaseEnvironment) => ({
        ...dataSourceOptions(environment),
        autoLoadEntities: true,
        retryAttempts: 5,
        retryDelay: 1000,
      }),
    }),
    TypeOrmModule.forFeature([RetentionMark]),
  ],
  providers: [
    { provide: Clock, useClass: DatabaseClock },
    {
      provide: Bulkhead,
      inject: [DatabaseEnvironment],
      useFactory: ({ DATABASE_POOL_SIZE }: DatabaseEnvironment) =>
        new Bulkhead(Math.max(2, Math.floor(DATABASE_POOL_SIZE / 4))),
    },
  ],
  exports: [Bulkhead, Clock],
})
export class DatabaseModule {}
