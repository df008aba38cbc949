import t from 'tap'
import { parseDistTag } from '../../src/packages/dist-tag.ts'
import {
  parsePackageName,
  parseVersion,
  tarballFile,
  versionOfTarball,
} from '../../src/packages/package-name.ts'

t.test('a name is read with its scope and base', async (t) => {
  t.strictSame(parsePackageName('@acme/quality-gate'), {
    full: '@acme/quality-gate',
    scope: '@acme',
    base: 'quality-gate',
  })
  t.strictSame(parsePackageName('quality.gate_2'), {
    full: 'quality.gate_2',
    scope: undefined,
    base: 'quality.gate_2',
  })
})

const badNames = [
  ['', 'is empty'],
  ['Quality', 'has a capital'],
  ['qualitу', 'has a Cyrillic look-alike'],
  ['质检', 'is not ASCII'],
  ['.hidden', 'starts with a dot'],
  ['_private', 'starts with an underscore'],
  ['-', 'is where the registry has its own paths'],
  ['..', 'climbs'],
  ['@acme/..', 'climbs in its scope'],
  ['@acme/../other', 'has two slashes'],
  ['acme/gate', 'has a slash but no scope'],
  ['@/gate', 'has an empty scope'],
  ['@acme/', 'has an empty base'],
  ['@Acme/gate', 'has a capital in its scope'],
  ['gate\u0000', 'has a NUL'],
  ['gate\\..', 'has a backslash'],
  ['a b', 'has a space'],
  ["gate'", 'has a quote'],
  ['node_modules', 'is a reserved file'],
  ['@acme/node_modules', 'is a reserved file in a scope'],
  ['fs', 'is a Node module'],
  ['a'.repeat(215), 'is too long'],
] as const

for (const [name, why] of badNames) {
  t.test(`a name that ${why} is refused`, async (t) => {
    t.throws(() => parsePackageName(name), { code: 'MKT_PACKAGE_NAME_INVALID' })
  })
}

t.test('only the canonical spelling of a version is accepted', async (t) => {
  t.equal(parseVersion('1.2.3-beta.1'), '1.2.3-beta.1')
  for (const version of ['v1.2.3', '1.2', '=1.2.3', ' 1.2.3', '1.2.3+build', '01.2.3', 'latest']) {
    t.throws(() => parseVersion(version), { code: 'MKT_VERSION_INVALID' }, version)
  }
})

t.test('a tag that npm would read as a version or cannot put into a URL is refused', async (t) => {
  for (const tag of ['latest', 'next', 'release-2026']) t.equal(parseDistTag(tag), tag)
  for (const tag of [
    '1',
    '1.x',
    'v2',
    '^1.0.0',
    'x',
    '',
    'a/b',
    '..',
    'a b',
    '标签',
    'a'.repeat(101),
  ]) {
    t.throws(() => parseDistTag(tag), { code: 'MKT_DIST_TAG_INVALID' }, tag)
  }
})

t.test('a tarball file names a version of its own package only', async (t) => {
  const name = parsePackageName('@acme/gate')
  t.equal(tarballFile(name, '1.0.0-rc.1'), 'gate-1.0.0-rc.1.tgz')
  t.equal(versionOfTarball(name, 'gate-1.0.0-rc.1.tgz'), '1.0.0-rc.1')
  for (const file of ['gate-1.0.0.tar', 'gate-1.0.tgz', 'other-1.0.0.tgz', 'gate-.tgz', 'x', '']) {
    t.equal(versionOfTarball(name, file), undefined, file)
  }
})
