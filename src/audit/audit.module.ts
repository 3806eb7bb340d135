import { Module } from '@nestjs/common';
import { AuditTrail } from './audit-trail.js';
import { RefusalTrail } from './refusal-trail.js';

/** The audit trail, where all rooms write. */
@Module({ providers: [AuditTrail, RefusalTrail], exports: [AuditTrail, RefusalTrail] })
export class AuditModule {}
