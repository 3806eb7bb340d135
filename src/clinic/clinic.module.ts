import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClinicSettings } from './clinic-settings.entity.js';

/** The clinic's own settings. */
@Module({ imports: [TypeOrmModule.forFeature([ClinicSettings])] })
export class ClinicModule {}
