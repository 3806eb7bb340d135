import { Module } from '@nestjs/common';
import { AuditTrail } from './audit-trail.js';

/** The audit trail, where all rooms write. */
@Module({ providers: [AuditTrail], exports: [AuditTrail] })
export class AuditModule {}
