import { type JwtModuleAsyncOptions, JwtSecretRequestType } from '@nestjs/jwt';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from './token.js';
import { TokenKeys } from './token-keys.js';

/** Signs and verifies tokens with the keys of `TokenKeys`. */
export const JWT_OPTIONS: JwtModuleAsyncOptions = {
  extraProviders: [TokenKeys],
  inject: [TokenKeys],
  useFactory: (keys: TokenKeys) => ({
    secretOrKeyProvider: (type, token) =>
      type === JwtSecretRequestType.VERIFY ? keys.verifying(token as string) : keys.signing,
    signOptions: { algorithm: TOKEN_ALGORITHM, issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE },
  }),
};
