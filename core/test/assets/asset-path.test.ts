import { posix, win32 } from 'node:path'
import { assetPathFault, isAsset } from '@signalbox/sdk/host-calls/asset-path'
import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'

t.test('a path as npm packs it is taken', async (t) => {
  for (const path of [
    'a',
    'assets/rates.json',
    'assets/字体/思源.woff2',
    'a b/.hidden',
    'c..d/e',
  ]) {
    t.equal(assetPathFault(path), undefined, path)
  }
})

t.test('a path that another system, or a second look, reads otherwise is refused', async (t) => {
  const paths = [
    '',
    '.',
    '..',
    '../secret',
    'a/../../secret',
    'a/./b',
    'a//b',
    'a/',
    '/etc/passwd',
    '//host/share',
    'C:/Windows',
    'c:x',
    'a\\b',
    '..\\secret',
    'a\u0000.json',
    'a\nb',
    'a\u007f',
    'a.',
    'a ',
    'a./b',
    'a /b',
    '\ud800',
    'x'.repeat(201),
    '汉'.repeat(67),
  ]
  for (const path of paths) t.type(assetPathFault(path), 'string', JSON.stringify(path))
})

t.test('what passes has no part that leads elsewhere', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ':', '\0', ' ') }),
      (path) => {
        if (assetPathFault(path) !== undefined) return true
        return (
          posix.resolve('/root', path).startsWith('/root/') &&
          win32.resolve('C:\\root', path).startsWith('C:\\root\\')
        )
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('what only the host reads is no asset', async (t) => {
  const manifest = {
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    migrations: 'migrations/',
    provides: { services: [{ id: 'a.b', contract: 'contracts/a.b.json' }] },
  } as unknown as Manifest
  const hosts = [
    'package.json',
    'dist/plugin.js',
    'dist/plugin.js.map',
    'migrations/0001-a.expand.sql',
    'contracts/a.b.json',
  ]
  for (const path of hosts) t.notOk(isAsset(manifest, path), path)
  for (const path of [
    'assets/a',
    'dist/other.js',
    'migrations.json',
    'contracts/c.json',
    'README.md',
  ]) {
    t.ok(isAsset(manifest, path), path)
  }
})
