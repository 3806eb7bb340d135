/**
 * The accounts of the demo clinic, whose passwords are public: `dist/seed.js` creates them in the demo only. A real
 * clinic's first admin comes from its own ADMIN_EMAIL and ADMIN_PASSWORD.
 */
export const ADMIN = { email: 'admin@clinica.example', password: 'demo-admin-password' };
export const DOCTOR = { email: 'doctor@clinica.example', password: 'demo-doctor-password' };
export const PATIENT = { email: 'patient@clinica.example', password: 'demo-patient-password' };
export const STAFF = { email: 'desk@clinica.example', password: 'demo-staff-password' };
