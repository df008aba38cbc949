import t from 'tap'
import { packPlugin } from '../../src/pack/pack-plugin.ts'

t.test('terms and pictures are for people: they need not be JSON', async (t) => {
  const folder = t.testdir({
    'package.json': JSON.stringify({
      name: '@acme/board',
      version: '1.0.0',
      type: 'module',
      keywords: ['signalbox-plugin'],
      files: ['dist', 'docs', 'TERMS.md'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Board' },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
        terms: { file: { en: 'TERMS.md' } },
        listing: {
          summary: { en: 'A board' },
          screenshots: [{ file: 'docs/board.png', alt: { en: 'The board' } }],
        },
      },
    }),
    'TERMS.md': '# Terms',
    docs: { 'board.png': 'a picture' },
    src: {
      'index.ts': `import { definePlugin } from '@signalbox/sdk'\nexport default definePlugin({})\n`,
    },
  })
  t.match(await packPlugin(folder), { bytes: Number })
})
