import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEvent } from './audit-event.entity.js';
import { AuditTrail } from './audit-trail.js';
import { RefusalTrail } from './refusal-trail.js';

/** The audit trail, which all other modules write to. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEvent])],
  providers: [AuditTrail, RefusalTrail],
  exports: [AuditTrail, RefusalTrail],
})
export class AuditModule {}
