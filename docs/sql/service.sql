-- Privileges of the service's own user, for API and worker. Run this as root after each migration, because a table must
-- exist before privileges on it can be granted; the first time, after CREATE USER 'clinica'@'%' IDENTIFIED BY '...'.
-- DELETE is granted only where the service deletes: withdrawn, expired and outdated data.

GRANT SELECT ON clinica.migrations TO 'clinica'@'%';

-- Events of the audit trail are only added. Only their network address may be removed, after AUDIT_ADDRESS_DAYS, and the
-- reason that the desk typed, when its patient is erased.
GRANT SELECT, INSERT, UPDATE (address, reason) ON clinica.audit_events TO 'clinica'@'%';

GRANT SELECT, INSERT, UPDATE ON clinica.accounts TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.admin_lock TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.appointment_types TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.clinic TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.doctor_days TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.doctor_schedules TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.doctors TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.patient_entry_lock TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.patient_schedules TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.patients TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE ON clinica.retention_marks TO 'clinica'@'%';

GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.account_links TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.address_mails TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.availability_windows TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.bookings TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.doctor_types TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.exceptions TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.idempotency_keys TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.mailed_addresses TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.notifications TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.refused_addresses TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.patient_guardians TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.patient_names TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.refresh_tokens TO 'clinica'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON clinica.sessions TO 'clinica'@'%';
