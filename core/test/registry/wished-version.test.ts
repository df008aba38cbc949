import t from 'tap'
import type { PackageSource } from '../../src/registry/package-source.ts'
import { wishedVersion } from '../../src/registry/wished-version.ts'

type Said = { readonly withdrawn?: 'yanked' | 'blocked'; readonly isKeyRevoked?: boolean }

/** A place that has `1.0.0`, of which nothing bad is known, and 1.0.1, of which that is. */
const wish = ({ withdrawn, isKeyRevoked = false }: Said, wished = '1.0.1') => {
  const source: Pick<PackageSource, 'versions' | 'withdrawn' | 'keyRevokedAt'> = {
    versions: async () => ({ versions: ['1.0.0'], distTags: { latest: '1.0.0' } }),
    withdrawn: async () =>
      withdrawn === undefined ? undefined : { state: withdrawn, reason: 'a hole' },
    keyRevokedAt: async () => (isKeyRevoked ? new Date(0) : undefined),
  }
  return wishedVersion(source, '@acme/gate', wished)
}

t.test('what may be installed is, and a tag is what it leads to', async (t) => {
  t.same(await wish({}, '1.0.0'), { version: '1.0.0' })
  t.same(await wish({}, 'latest'), { version: '1.0.0' })
  t.match(await wish({}), { refusal: { code: 'CORE_PACKAGE_MISSING' } })
})

t.test('a blocked version is refused as blocked, whatever else is said against it', async (t) => {
  for (const isKeyRevoked of [false, true]) {
    const { refusal, mayStay } = await wish({ withdrawn: 'blocked', isKeyRevoked })
    t.match(refusal, { code: 'CORE_VERSION_WITHDRAWN', message: /blocked/ })
    t.notOk(mayStay, 'installed or not')
  }
})

t.test('yanked, or by a revoked key, it leaves alone what serves', async (t) => {
  t.match(await wish({ withdrawn: 'yanked' }), {
    refusal: { code: 'CORE_VERSION_WITHDRAWN' },
    mayStay: true,
  })
  for (const said of [
    { isKeyRevoked: true },
    { withdrawn: 'yanked', isKeyRevoked: true },
  ] as const) {
    t.match(await wish(said), { refusal: { code: 'CORE_AUTHOR_KEY_REVOKED' }, mayStay: true })
  }
})
