import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './auth/access.guard.js';
import { AuthModule } from './auth/auth.module.js';
import { AppointmentTypesModule } from './appointment-types/appointment-types.module.js';
import { AvailabilityModule } from './availability/availability.module.js';
import { BookingsModule } from './bookings/bookings.module.js';
import { ClinicModule } from './clinic/clinic.module.js';
import { PatientsModule } from './patients/patients.module.js';
import { ConfigModule } from './config/config.module.js';
import { ApiEnvironment } from './config/api.environment.js';
import { DatabaseModule } from './database/database.module.js';
import { RedisModule } from './redis/redis.module.js';
import { HttpModule } from './http/http.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { KeyGuard } from './idempotency/key.guard.js';
import { DoctorsModule } from './doctors/doctors.module.js';
import { OpsModule } from './ops/ops.module.js';
import { PrivacyModule } from './privacy/privacy.module.js';

/** The API process. */
@Module({})
export class AppModule {
  static with(environment: ApiEnvironment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(ApiEnvironment, environment),
        DatabaseModule,
        HttpModule,
        RedisModule,
        IdempotencyModule,
        AuthModule,
        ClinicModule,
        PatientsModule,
        DoctorsModule,
        AppointmentTypesModule,
        AvailabilityModule,
        BookingsModule,
        PrivacyModule,
        OpsModule,
      ],
      // Guards run in this order on every request.
      providers: [
        { provide: APP_GUARD, useExisting: AccessGuard },
        { provide: APP_GUARD, useExisting: KeyGuard },
      ],
    };
  }
}
