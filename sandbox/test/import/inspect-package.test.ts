import '../plain-spawn.ts'
import { createHash } from 'node:crypto'
import type { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { inspectPackage } from '../../src/index.ts'
import { expected, goodPackageJson, packageEntries, tarball } from './tarball-fixture.ts'

const refusal = async (
  bytes: Buffer,
  options: Parameters<typeof inspectPackage>[2] = {},
): Promise<CodedError> => {
  try {
    await inspectPackage(bytes, expected, options)
  } catch (error) {
    return error as CodedError
  }
  throw new Error('The package passed')
}

t.test('a package that keeps the rules comes back whole, with digests of its own', async (t) => {
  const bytes = tarball(packageEntries())
  const found = await inspectPackage(bytes, expected)
  const sha512 = createHash('sha512').update(bytes).digest('base64')
  t.equal(found.integrity, `sha512-${sha512}`)
  t.equal(found.shasum, createHash('sha1').update(bytes).digest('hex'))
  t.equal(found.size, bytes.length)
  t.same(Object.keys(found.contracts), ['test.service'])
  t.equal(found.manifest.runtime.entry, 'dist/plugin.js')
  const readme = found.files.find(({ path }) => path === 'README.md')
  t.equal(readme?.bytes.toString(), '# Guest 软件包')
  t.equal(readme?.sha256, createHash('sha256').update('# Guest 软件包').digest('hex'))
  t.equal(
    found.unpackedSize,
    found.files.reduce((sum, { bytes }) => sum + bytes.length, 0),
  )
})

t.test(
  'what does not fit its limits is refused before, or by the end of, its process',
  async (t) => {
    const bytes = tarball(packageEntries())
    t.equal((await refusal(bytes, { tarballBytes: 10 })).code, 'SBX_PACKAGE_TOO_LARGE')
    t.match(await refusal(bytes, { deadlineMs: 1 }), {
      code: 'SBX_PACKAGE_CHECK_FAILED',
      message: /1 ms/,
    })
    t.match(await refusal(bytes, { residentMb: 1 }), {
      code: 'SBX_PACKAGE_CHECK_FAILED',
      message: /1 MiB/,
    })
  },
)

t.test('a refusal crosses the process with its code and every place', async (t) => {
  const wrong = packageEntries({
    'package.json': { ...goodPackageJson, scripts: { postinstall: 'x' }, dependencies: { a: '1' } },
    'dist/plugin.js': null,
  })
  const error = await refusal(tarball(wrong))
  t.equal(error.code, 'SBX_PACKAGE_INVALID')
  t.same(error.faults.map(({ pointer }) => pointer).sort(), [
    '/dependencies',
    '/scripts/postinstall',
    '/signalbox/runtime/entry',
  ])
})

t.test('checks wait for one another, each with its own answer', async (t) => {
  const bytes = tarball(packageEntries())
  const wrong = tarball(packageEntries({ 'package.json': { name: 'other', version: '1.0.0' } }))
  const answers = await Promise.allSettled([
    inspectPackage(bytes, expected),
    inspectPackage(wrong, expected),
    inspectPackage(bytes, expected),
  ])
  t.same(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})
