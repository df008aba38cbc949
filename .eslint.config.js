import typescriptEslint from 'typescript-eslint'

/**
 * Only what Biome cannot see: promises that nobody waits for, by real types. Biome's own rule missed
 * `readFile('x')` of node:fs/promises. Sources only: a whole-program check of tests costs more than it finds.
 */
export default [
  {
    ignores: ['**/node_modules/**', '**/dist/**', '**/test/**', '**/bench/**', '**/.*/**'],
  },
  {
    files: ['*/src/**/*.ts', '*/scripts/**/*.ts', 'plugins/*/src/**/*.ts', 'migrations/**/*.ts'],
    languageOptions: {
      parser: typescriptEslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@typescript-eslint': typescriptEslint.plugin },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    },
  },
]
