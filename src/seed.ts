import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { AuthModule } from './auth/auth.module.js';
import { AvailabilityModule } from './availability/availability.module.js';
import { BookingsModule } from './bookings/bookings.module.js';
import { createLogger, NestLogger } from './logging/logger.js';
import { ApiEnvironment } from './config/api.environment.js';
import { ConfigurationError, readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { DemoSeeder } from './demo/demo.seeder.js';
import { DoctorsModule } from './doctors/doctors.module.js';

await start(async () => {
  const environment = readEnvironment(ApiEnvironment);
  if (environment.NODE_ENV === 'production') {
    throw new ConfigurationError([
      'NODE_ENV is production or not set, but the demo clinic has well-known passwords: set it to development',
    ]);
  }
  @Module({
    imports: [AppModule.with(environment), AuthModule, DoctorsModule, AvailabilityModule, BookingsModule],
    providers: [DemoSeeder],
  })
  class SeedModule {}
  const context = await NestFactory.createApplicationContext(SeedModule, {
    logger: new NestLogger(createLogger(environment)),
    abortOnError: false,
  });
  try {
    const { doctors, patients, bookings } = await context.get(DemoSeeder).seed();
    console.log(
      `The demo clinic is ready. Added: ${doctors} doctors, ${patients} patients, ${bookings} bookings.`,
    );
  } finally {
    await context.close();
  }
});
