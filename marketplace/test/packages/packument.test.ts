import t from 'tap'
import { parsePackageName } from '../../src/packages/package-name.ts'
import {
  abbreviatedPackument,
  fullPackument,
  type PublishedVersion,
  type StoredPackage,
} from '../../src/packages/packument.ts'
import {
  matchesEtag,
  nextRevision,
  packumentEtag,
  packumentForm,
} from '../../src/packages/revision.ts'

const base = 'http://127.0.0.1:4400/npm'

function version(given: Partial<PublishedVersion>): PublishedVersion {
  return {
    version: '1.0.0',
    publisher: 'acme',
    integrity: 'sha512-aaaa',
    shasum: 'bbbb',
    unpackedSize: 10,
    fileCount: 2,
    packageJson: { name: '@acme/gate', version: '1.0.0' },
    readme: null,
    deprecation: null,
    provenanceType: null,
    yanked: null,
    signature: null,
    publishedAt: new Date('2026-01-02T03:04:05.000Z'),
    ...given,
  }
}

function stored(...versions: PublishedVersion[]): StoredPackage {
  return {
    name: parsePackageName('@acme/gate'),
    owners: ['acme'],
    rev: '2-cafe',
    createdAt: new Date('2026-01-01T00:00:00.000Z'),
    modifiedAt: new Date('2026-01-03T00:00:00.000Z'),
    versions,
    distTags: { latest: '1.0.0' },
  }
}

t.test('the full packument carries the package.json, the registry its own fields', async (t) => {
  const packageJson = {
    name: '@acme/gate',
    version: '1.0.0',
    description: 'A gate',
    signalbox: { manifest: 1 },
    _npmUser: { name: 'somebody-else' },
    _id: 'other@9.9.9',
    maintainers: [{ name: 'somebody-else' }],
    dist: { tarball: 'http://evil.example/x.tgz' },
  }
  const packument = fullPackument(stored(version({ packageJson, readme: '# Gate' })), base)
  t.match(packument, {
    _id: '@acme/gate',
    _rev: '2-cafe',
    description: 'A gate',
    readme: '# Gate',
    maintainers: [{ name: 'acme' }],
    time: {
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-03T00:00:00.000Z',
      '1.0.0': '2026-01-02T03:04:05.000Z',
    },
  })
  t.strictSame((packument['versions'] as Record<string, unknown>)['1.0.0'], {
    name: '@acme/gate',
    version: '1.0.0',
    description: 'A gate',
    signalbox: { manifest: 1 },
    _id: '@acme/gate@1.0.0',
    _npmUser: { name: 'acme' },
    maintainers: [{ name: 'acme' }],
    dist: {
      integrity: 'sha512-aaaa',
      shasum: 'bbbb',
      tarball: `${base}/@acme/gate/-/gate-1.0.0.tgz`,
      fileCount: 2,
      unpackedSize: 10,
    },
  })
})

t.test('the abbreviated packument carries what an installer reads, and nothing else', async (t) => {
  const packageJson = {
    name: '@acme/gate',
    version: '1.0.0',
    description: 'A gate',
    scripts: { postinstall: 'node x.js' },
    dependencies: { other: '^1.0.0' },
    signalbox: { manifest: 1 },
  }
  const packument = abbreviatedPackument(stored(version({ packageJson })), base)
  t.strictSame(Object.keys(packument), ['name', 'modified', 'dist-tags', 'versions'])
  t.strictSame(Object.keys((packument['versions'] as Record<string, object>)['1.0.0'] ?? {}), [
    'name',
    'version',
    'dependencies',
    'hasInstallScript',
    'dist',
  ])
})

t.test('a revision counts and is never the same twice', async (t) => {
  t.equal(nextRevision(undefined, Buffer.from('00ff', 'hex')), '1-00ff')
  t.equal(nextRevision('9-abcd', Buffer.from('00ff', 'hex')), '10-00ff')
})

t.test('an entity tag is compared as RFC 9110 says', async (t) => {
  const etag = packumentEtag('2-cafe', 'full', '12345678')
  t.ok(matchesEtag(etag, etag))
  t.ok(matchesEtag(`W/${etag}`, etag))
  t.ok(matchesEtag(`"other", ${etag}`, etag))
  t.ok(matchesEtag('*', etag))
  t.notOk(matchesEtag(undefined, etag))
  t.notOk(matchesEtag(packumentEtag('2-cafe', 'abbreviated', '12345678'), etag))
})

t.test("npm's installer gets the abbreviated form, everyone else the full one", async (t) => {
  const install = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'
  t.equal(packumentForm(install), 'abbreviated')
  t.equal(packumentForm('application/json'), 'full')
  t.equal(packumentForm(undefined), 'full')
})
