import { pagesOfAccount } from '../../database/pages.js';

export const exportSessions =
  pagesOfAccount(`/* export-sessions */ SELECT id, created_at, last_seen_at, expires_at, ended_at, address, user_agent
       FROM sessions WHERE account_id = ?`);

export const exportRefreshTokens = pagesOfAccount(
  '/* export-refresh-tokens */ SELECT id, session_id, created_at, used_at, expires_at FROM refresh_tokens WHERE account_id = ?',
);
