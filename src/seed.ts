import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppointmentTypesModule } from './appointment-types/appointment-types.module.js';
import { AppModule } from './app.module.js';
import { AuthModule } from './auth/auth.module.js';
import { AvailabilityModule } from './availability/availability.module.js';
import { BookingsModule } from './bookings/bookings.module.js';
import { ClinicModule } from './clinic/clinic.module.js';
import { createLogger, NestLogger } from './logging/logger.js';
import { ApiEnvironment } from './config/api.environment.js';
import { ConfigurationError, readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { DemoPeopleSeeder } from './demo/demo-people.seeder.js';
import { DemoTypesSeeder } from './demo/demo-types.seeder.js';
import { DemoSeeder } from './demo/demo.seeder.js';
import { DoctorsModule } from './doctors/doctors.module.js';
import { PatientsModule } from './patients/patients.module.js';

/** The modules whose services make the demo clinic. */
const MODULES = [
  AuthModule,
  ClinicModule,
  PatientsModule,
  DoctorsModule,
  AppointmentTypesModule,
  AvailabilityModule,
  BookingsModule,
];

await start(async () => {
  const environment = readEnvironment(ApiEnvironment);
  if (environment.NODE_ENV === 'production') {
    throw new ConfigurationError([
      'NODE_ENV is production or not set, but the demo clinic has well-known passwords: set it to development',
    ]);
  }
  @Module({
    imports: [AppModule.with(environment), ...MODULES],
    providers: [DemoPeopleSeeder, DemoTypesSeeder, DemoSeeder],
  })
  class SeedModule {}
  const context = await NestFactory.createApplicationContext(SeedModule, {
    logger: new NestLogger(createLogger(environment)),
    abortOnError: false,
  });
  try {
    const { doctors, types, staff, patients, bookings } = await context.get(DemoSeeder).seed();
    const people = `${doctors} doctors, ${staff} at the front desk, ${patients} patients`;
    console.log(
      `The demo clinic is ready. Added: ${people}, ${types} appointment types, ${bookings} bookings.`,
    );
  } finally {
    await context.close();
  }
});
