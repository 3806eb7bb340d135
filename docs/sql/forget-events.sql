-- Run this in addition to service.sql, only if AUDIT_EVENT_DAYS is set. With this grant, anyone who has the service's
-- database password can delete events about themselves from the audit trail.

GRANT DELETE ON clinica.audit_events TO 'clinica'@'%';
