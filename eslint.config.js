import tseslint from 'typescript-eslint';

export default tseslint.config(
  // test/client is compiled by its test, with the types that are generated there.
  { ignores: ['dist', 'node_modules', '.local', 'test/client'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/consistent-type-imports': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Inject Clock and call clock.now().' },
        { object: 'process', property: 'env', message: 'Read configuration from Environment (src/config).' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Inject Clock and call clock.now().',
        },
      ],
      'max-lines': ['error', { max: 150, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 30, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/config/**', 'src/time/clock.ts', 'test/**', 'bin/**', 'vitest.config.ts', '**/*.spec.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**', 'bin/**', '**/*.spec.ts', '**/*.mjs'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'max-lines': 'off',
      'max-lines-per-function': 'off',
    },
  },
  { files: ['**/*.cjs', 'eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
