-- Only where AUDIT_EVENT_DAYS is set, beside service.sql. With it, whoever has the service's database password can
-- remove what the audit trail tells of them.

GRANT DELETE ON clinica.audit_events TO 'clinica'@'%';
