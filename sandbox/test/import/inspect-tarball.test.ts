import { gzipSync } from 'node:zlib'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { inspectTarball } from '../../src/import/inspect-tarball.ts'
import { type PackageLimits, packageLimits } from '../../src/import/package-limits.ts'
import { PackageRefusal } from '../../src/import/package-refusal.ts'
import {
  expected,
  goodPackageJson,
  packageEntries,
  type TarEntry,
  tar,
  tarball,
} from './tarball-fixture.ts'

const refusal = async (
  bytes: Buffer,
  limits: Partial<PackageLimits> = {},
): Promise<PackageRefusal> => {
  try {
    await inspectTarball(bytes, expected, { ...packageLimits, ...limits })
  } catch (error) {
    if (error instanceof PackageRefusal) return error
    throw error
  }
  throw new Error('The package passed')
}

const { signalbox } = goodPackageJson
const withSchemas = {
  ...goodPackageJson,
  signalbox: {
    ...signalbox,
    provides: {
      ...signalbox.provides,
      udfs: [{ id: 'stock', args: 'schemas/args.json' }],
      events: [{ type: 'test.happened', schema: 'schemas/event.json' }],
      extensionPoints: [{ id: 'test.point@1', schema: 'schemas/point.json' }],
    },
  },
}

const withEntries = (...entries: TarEntry[]): Buffer => tarball([...packageEntries(), ...entries])

t.test(
  'an entry that could reach out of the package, or is no file, is refused by name',
  async (t) => {
    const cases: [name: string, entry: TarEntry][] = [
      ['parent', { path: 'package/../../etc/cron.d/x', content: 'x' }],
      ['parent in the middle', { path: 'package/a/../b', content: 'x' }],
      ['absolute', { path: '/etc/passwd', content: 'x' }],
      ['drive', { path: 'C:/windows/x', content: 'x' }],
      ['backslash', { path: 'package/a\\..\\b', content: 'x' }],
      ['other root', { path: 'other/file.txt', content: 'x' }],
      ['empty part', { path: 'package//file.txt', content: 'x' }],
      ['symbolic link', { path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      ['hard link', { path: 'package/link', type: 'Link', linkpath: 'package/package.json' }],
      ['device', { path: 'package/null', type: 'CharacterDevice' }],
      ['pipe', { path: 'package/pipe', type: 'FIFO' }],
      ['same name', { path: 'package/README.md', content: 'x' }],
      ['other case', { path: 'package/readme.MD', content: 'x' }],
      ['file as folder', { path: 'package/README.md/x', content: 'x' }],
      ['folder as file', { path: 'package/dist', content: 'x' }],
      ['control character', { path: 'package/x', paxPath: 'package/a\u0007b', content: 'x' }],
      ['end in a dot', { path: 'package/file.', content: 'x' }],
      ['long name', { path: 'package/x', paxPath: `package/${'n'.repeat(300)}`, content: 'x' }],
      ['latin-1 name', { path: 'package/x', rawName: Buffer.from('package/caf\xe9', 'latin1') }],
      ['parent in pax', { path: 'package/x', paxPath: 'package/../../x', content: 'x' }],
    ]
    for (const [name, entry] of cases) {
      const error = await refusal(withEntries(entry))
      t.equal(error.refusal, 'PACKAGE_ENTRY_REFUSED', name)
      t.equal(error.faults.length, 1, name)
    }
  },
)

t.test('bytes that are no tarball are told as that', async (t) => {
  const good = tarball(packageEntries())
  const cases: [name: string, bytes: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a tarball')],
    ['not zipped', tar(packageEntries())],
    ['cut off', good.subarray(0, good.length - 40)],
    ['zipped twice', gzipSync(good)],
    ['no entries', gzipSync(Buffer.alloc(1024))],
  ]
  for (const [name, bytes] of cases) {
    t.equal((await refusal(bytes)).refusal, 'PACKAGE_UNREADABLE', name)
  }
})

t.test('a composed and a decomposed name are one name', async (t) => {
  const error = await refusal(
    withEntries(
      { path: 'package/x', paxPath: 'package/\u00e9.txt', content: 'x' },
      { path: 'package/x', paxPath: 'package/e\u0301.txt', content: 'x' },
    ),
  )
  t.equal(error.refusal, 'PACKAGE_ENTRY_REFUSED')
})

t.test('size, number and ratio are capped while unpacking', async (t) => {
  const zeros = withEntries({ path: 'package/zeros', content: Buffer.alloc(8 * 1024 * 1024) })
  t.match(await refusal(zeros), { refusal: 'PACKAGE_TOO_LARGE', parameters: { limit: 100 } })
  t.match(await refusal(zeros, { unpackedBytes: 1024 * 1024, ratio: 1e6 }), {
    refusal: 'PACKAGE_TOO_LARGE',
    parameters: { limit: 1024 * 1024 },
  })
  const many = Array.from({ length: 30 }, (_, index) => ({ path: `package/f${index}` }))
  t.match(await refusal(withEntries(...many), { entries: 20 }), {
    refusal: 'PACKAGE_TOO_LARGE',
    parameters: { limit: 20 },
  })
})

t.test('another package inside than outside is refused before anything else', async (t) => {
  for (const other of [{ name: '@test/other' }, { version: '1.2.4' }]) {
    const entries = packageEntries({ 'package.json': { ...goodPackageJson, ...other } })
    t.equal((await refusal(tarball(entries))).refusal, 'PACKAGE_MISMATCH')
  }
})

t.test('a wrong package is told with all its places', async (t) => {
  const manifest = goodPackageJson.signalbox
  const packageJson = (signalbox: object) => ({ ...goodPackageJson, signalbox })
  const cases: [name: string, changes: Parameters<typeof packageEntries>[0], places: string[]][] = [
    ['no package.json', { 'package.json': null }, ['package.json']],
    ['no json', { 'package.json': '{' }, ['package.json']],
    ['own __proto__', { 'package.json': '{"__proto__":{}}' }, ['package.json']],
    ['no utf-8', { 'package.json': Buffer.from([0x7b, 0xff, 0x7d]) }, ['package.json']],
    [
      'no manifest',
      { 'package.json': { ...goodPackageJson, signalbox: undefined } },
      ['package.json/signalbox'],
    ],
    [
      'no keyword',
      { 'package.json': { ...goodPackageJson, keywords: [] } },
      ['package.json/keywords'],
    ],
    ['native code', { 'binding.gyp': '{}' }, ['binding.gyp']],
    ['no entry', { 'dist/plugin.js': null }, ['package.json/signalbox/runtime/entry']],
    [
      'unknown capability',
      { 'package.json': packageJson({ ...manifest, capabilities: { 'fs:all': [] } }) },
      ['package.json/signalbox/capabilities/fs:all'],
    ],
    [
      'other service in the contract',
      {
        'contracts/test.service.json': {
          id: 'other.service',
          major: 1,
          title: { en: 'x' },
          operations: { run: { input: true, output: true } },
        },
      },
      ['contracts/test.service.json/id'],
    ],
    [
      'schema of the contract',
      {
        'contracts/test.service.json': {
          id: 'test.service',
          major: 1,
          title: { en: 'x' },
          operations: { run: { input: { type: 'nothing' }, output: true } },
        },
      },
      ['contracts/test.service.json/operations/run/input'],
    ],
    ['settings', { 'schemas/config.json': { type: 5 } }, ['schemas/config.json']],
    [
      'settings whose check answers later',
      { 'schemas/config.json': { properties: { unit: { $async: true } } } },
      ['schemas/config.json/properties/unit/$async'],
    ],
    [
      'schemas that stop who checks against them',
      {
        'package.json': withSchemas,
        'schemas/args.json': { enum: Array.from({ length: 20_000 }, (_, n) => ({ n })) },
        'schemas/event.json': { properties: { next: { $ref: '#' } } },
        'schemas/point.json': { items: { uniqueItems: true } },
      },
      [
        'schemas/args.json',
        'schemas/event.json/properties/next/$ref',
        'schemas/point.json/items/uniqueItems',
      ],
    ],
    [
      'step without its way back',
      { 'migrations/0001-models.expand.down.sql': null },
      ['migrations/0001-models.expand.down.sql'],
    ],
    ['step name', { 'migrations/first.sql': '' }, ['migrations/first.sql']],
    [
      'number twice',
      { 'migrations/0001-more.expand.sql': '', 'migrations/0001-more.expand.down.sql': '' },
      ['migrations/0001-more.expand.sql'],
    ],
  ]
  for (const [name, changes, places] of cases) {
    const error = await refusal(tarball(packageEntries(changes)))
    t.equal(error.refusal, 'PACKAGE_INVALID', name)
    t.same(
      error.faults.map(({ at, pointer }) => `${at}${pointer}`),
      places,
      name,
    )
  }
})

t.test('a bundle over its size is refused', async (t) => {
  const entries = packageEntries({ 'dist/plugin.js': `//${'x'.repeat(1000)}` })
  const error = await refusal(tarball(entries), { entryBytes: 500 })
  t.same(
    error.faults.map(({ at }) => at),
    ['dist/plugin.js'],
  )
})

t.test(
  'bytes broken anywhere are refused or read, never an exception of another kind',
  async (t) => {
    const whole = tar(packageEntries())
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = Buffer.from(whole)
          for (const [at, byte] of changes) bytes[at] = byte
          try {
            await inspectTarball(gzipSync(bytes, { level: 1 }), expected, packageLimits)
          } catch (error) {
            if (!(error instanceof PackageRefusal)) throw error
          }
        },
      ),
      { numRuns: 60, seed: 20261125 },
    )
    t.pass('60 damaged tarballs')
  },
)
