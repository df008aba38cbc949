import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { PackageSource } from '../../src/packages/package-source.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const { knex } = registry
const acme = await registry.publisher('acme', ['@acme'])
const rival = await registry.publisher('rival', ['@rival'])
const source = new PackageSource({ knex, contents: createContentStore(knex) })

function put(name: string, body: unknown, token: string | undefined = acme) {
  return registry.call(`/${name.replace('/', '%2f')}`, { method: 'PUT', token, body })
}

function spec(name: string, version = '1.0.0') {
  return { name: `@acme/${name}`, version }
}

/** Everything a publish may write, to prove that a refused one wrote nothing. */
async function state() {
  const tables = ['packages', 'package_versions', 'dist_tags', 'contents', 'content_chunks']
  return Promise.all(tables.map((table) => knex(table).count('* as rows').first()))
}

t.test('what was acknowledged can be fetched, with the marketplace it came from', async (t) => {
  const given = spec('fetched')
  const tarball = tarballOf(pluginFiles(given))
  const answer = await put(given.name, publishBody(given, tarball))
  t.match(answer, { status: 201, body: { ok: true, success: true } })
  t.strictSame(await source.versions(given.name), {
    versions: ['1.0.0'],
    distTags: { latest: '1.0.0' },
  })
  const fetched = await source.fetch(given.name, '1.0.0')
  t.ok(fetched?.tarball.equals(tarball))
  t.match(fetched, { publisher: 'acme', fingerprint: /^SHA256:[\w-]{43}$/, signature: null })
  t.match(registry.audited.at(-1), {
    actor: 'acme',
    action: 'package.published',
    subject: '@acme/fetched@1.0.0',
    details: { tag: 'latest' },
  })
  t.equal(await source.fetch(given.name, '2.0.0'), undefined)
  t.equal(await source.versions('@acme/unknown'), undefined)
})

t.test('every version carries the fingerprint of the one marketplace', async (t) => {
  await put('@acme/twin', publishBody(spec('twin')))
  const rows = await knex('package_versions').distinct('fingerprint')
  t.equal(rows.length, 1)
})

t.test('the publisher and the metadata are not what the client says', async (t) => {
  const given = spec('honest')
  const body = publishBody(given)
  Object.assign(body, {
    maintainers: [{ name: 'mallory' }],
    description: 'forged',
    readme: 'forged',
  })
  Object.assign(body.versions['1.0.0']!, {
    _npmUser: { name: 'mallory' },
    maintainers: [{ name: 'mallory' }],
    description: 'forged',
    readme: 'forged',
    dependencies: { evil: '*' },
  })
  t.equal((await put(given.name, body)).status, 201)
  const { body: packument } = await registry.call('/@acme%2fhonest')
  t.notMatch(JSON.stringify(packument), /mallory|forged|evil/)
  t.match(packument.versions['1.0.0'], {
    _npmUser: { name: 'acme' },
    description: pluginPackageJson(given).description,
  })
})

t.test('a first version under another tag is latest too, a second one is not', async (t) => {
  const first = spec('tagged', '1.0.0-beta.1')
  t.equal((await put(first.name, publishBody(first, undefined, 'next'))).status, 201)
  const second = spec('tagged', '1.0.0-beta.2')
  t.equal((await put(second.name, publishBody(second, undefined, 'next'))).status, 201)
  const { body } = await registry.call('/-/package/@acme%2ftagged/dist-tags')
  t.strictSame(body, { latest: '1.0.0-beta.1', next: '1.0.0-beta.2' })
})

t.test('a Sigstore bundle is kept beside the tarball', async (t) => {
  const given = spec('proven')
  const body = publishBody(given)
  body._attachments['@acme/proven-1.0.0.sigstore'] = {
    content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    data: '{"mediaType":"x"}',
    length: 17,
  }
  t.equal((await put(given.name, body)).status, 201)
  const row = await knex('package_versions').where({ name: given.name }).first('provenance')
  t.equal(row.provenance, '{"mediaType":"x"}')
})

type Body = ReturnType<typeof publishBody>

const lies: [what: string, code: string, change: (body: Body) => void][] = [
  [
    'an integrity that is not of its bytes',
    'MKT_INTEGRITY_MISMATCH',
    (body) => {
      body.versions['1.0.0']!.dist = { integrity: `sha512-${'A'.repeat(86)}==` }
    },
  ],
  [
    'a shasum that is not of its bytes',
    'MKT_INTEGRITY_MISMATCH',
    (body) => {
      Object.assign(body.versions['1.0.0']!.dist as object, { shasum: '0'.repeat(40) })
    },
  ],
  [
    'no integrity',
    'MKT_INPUT_INVALID',
    (body) => {
      body.versions['1.0.0']!.dist = {}
    },
  ],
  [
    'a length that is not of its bytes',
    'MKT_INPUT_INVALID',
    (body) => {
      Object.assign(body._attachments['@acme/lie-1.0.0.tgz'] as object, { length: 1 })
    },
  ],
  [
    'no attachment',
    'MKT_ATTACHMENTS_WRONG',
    (body) => {
      body._attachments = {}
    },
  ],
  [
    'two tarballs',
    'MKT_ATTACHMENTS_WRONG',
    (body) => {
      body._attachments['@acme/lie-1.0.1.tgz'] = body._attachments['@acme/lie-1.0.0.tgz']
    },
  ],
  [
    'another name than its address',
    'MKT_INPUT_INVALID',
    (body) => {
      body['name'] = '@acme/truth'
    },
  ],
  [
    'two versions',
    'MKT_INPUT_INVALID',
    (body) => {
      body.versions['1.0.1'] = body.versions['1.0.0']!
    },
  ],
  [
    'a tag that is a range',
    'MKT_DIST_TAG_INVALID',
    (body) => {
      body['dist-tags'] = { '1.x': '1.0.0' }
    },
  ],
  [
    'a tag that every object has',
    'MKT_DIST_TAG_INVALID',
    (body) => {
      body['dist-tags'] = { constructor: '1.0.0' }
    },
  ],
  [
    'text around its base64',
    'MKT_INPUT_INVALID',
    (body) => {
      const tarball = body._attachments['@acme/lie-1.0.0.tgz'] as { data: string }
      tarball.data = `!${tarball.data}!`
    },
  ],
  [
    'a tag for another version',
    'MKT_INPUT_INVALID',
    (body) => {
      body['dist-tags'] = { latest: '2.0.0' }
    },
  ],
  [
    'versions that are no object',
    'MKT_INPUT_INVALID',
    (body) => {
      Object.assign(body, { versions: ['1.0.0'] })
    },
  ],
]

for (const [what, code, change] of lies) {
  t.test(`a publish with ${what} is refused and leaves nothing`, async (t) => {
    const before = await state()
    const body = publishBody(spec('lie'))
    change(body)
    t.match((await put('@acme/lie', body)).body, { code })
    t.strictSame(await state(), before)
  })
}

t.test('a tarball with another package inside is refused', async (t) => {
  const before = await state()
  const inside = tarballOf(pluginFiles({ name: '@acme/other', version: '1.0.0' }))
  t.match(await put('@acme/outside', publishBody(spec('outside'), inside)), {
    status: 422,
    body: { code: 'MKT_PACKAGE_MISMATCH', error: /@acme\/other@1\.0\.0/ },
  })
  const newer = tarballOf(pluginFiles(spec('outside', '1.0.1')))
  t.match((await put('@acme/outside', publishBody(spec('outside'), newer))).body, {
    code: 'MKT_PACKAGE_MISMATCH',
  })
  t.strictSame(await state(), before)
})

t.test('a package.json that PostgreSQL cannot hold is refused with its place', async (t) => {
  const given = spec('nul')
  const packageJson = { ...pluginPackageJson(given), author: { name: 'a\u0000b' } }
  const tarball = tarballOf({ ...pluginFiles(given), 'package.json': JSON.stringify(packageJson) })
  t.match((await put(given.name, publishBody(given, tarball))).body, {
    code: 'MKT_PACKAGE_UNSTORABLE',
    errors: [{ pointer: '/author/name' }],
  })
})

t.test('a version that is not canonical semver is refused', async (t) => {
  for (const version of ['1.0', 'v1.0.0', '1.0.0+build']) {
    const given = spec('semver', version)
    t.match(await put(given.name, publishBody(given)), {
      status: 422,
      body: { code: 'MKT_VERSION_INVALID' },
    })
  }
})

t.test('a version is never reused, not even a withdrawn one', async (t) => {
  const given = spec('once')
  await put(given.name, publishBody(given))
  const before = await state()
  const again = () => put(given.name, publishBody(given))
  t.match(await again(), { status: 409, body: { code: 'MKT_VERSION_EXISTS' } })
  await knex('package_versions').where(given).update({ state: 'yanked' })
  t.match(await again(), { status: 409, body: { code: 'MKT_VERSION_EXISTS' } })
  t.strictSame(await state(), before)
})

t.test('of many who publish one version at once, exactly one wins', async (t) => {
  const given = spec('race')
  const bodies = Array.from({ length: 6 }, (_, index) =>
    publishBody(
      given,
      tarballOf({ ...pluginFiles(given), 'dist/plugin.js': `export default ${index}\n` }),
    ),
  )
  const answers = await Promise.all(bodies.map((body) => put(given.name, body)))
  t.strictSame(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409])
  const winner = bodies[answers.findIndex(({ status }) => status === 201)]!
  const { integrity } = winner.versions['1.0.0']!.dist as { integrity: string }
  t.equal((await source.fetch(given.name, '1.0.0'))?.integrity, integrity)
})

t.test('different versions published at once all stand', async (t) => {
  // Each of a line of its own: within one a version follows those that are there.
  const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0']
  const answers = await Promise.all(
    versions.map((version) => put('@acme/many', publishBody(spec('many', version)))),
  )
  for (const { status, body } of answers) t.equal(status, 201, JSON.stringify(body))
  t.strictSame([...((await source.versions('@acme/many'))?.versions ?? [])].sort(), versions)
})

t.test("another's scope and another's name are refused, whatever is in the body", async (t) => {
  const before = await state()
  t.match(await put('@acme/mine', publishBody(spec('mine')), rival), {
    status: 403,
    body: { code: 'MKT_PUBLISH_FORBIDDEN' },
  })
  t.match(await put('@unowned/x', { nonsense: true }, rival), {
    status: 403,
    body: { code: 'MKT_PUBLISH_FORBIDDEN' },
  })
  t.strictSame(await state(), before)
  const plain = { name: 'first-come', version: '1.0.0' }
  t.equal((await put('first-come', publishBody(plain), acme)).status, 201)
  const next = { name: 'first-come', version: '1.0.1' }
  t.equal((await put('first-come', publishBody(next), rival)).status, 403)
  t.equal((await put('first-come', publishBody(next), OPERATOR_TOKEN)).status, 201)
})

t.test('an unscoped name that two publishers claim at once is one publisher’s', async (t) => {
  const [one, other] = ['1.0.0', '2.0.0'].map((version) => ({ name: 'claimed', version }))
  const answers = await Promise.all([
    put('claimed', publishBody(one!), acme),
    put('claimed', publishBody(other!), rival),
  ])
  t.strictSame(answers.map(({ status }) => status).sort(), [201, 403])
})

t.test('a stale revision is refused, the current one is accepted', async (t) => {
  await put('@acme/rev', publishBody(spec('rev')))
  const { body: packument } = await registry.call('/@acme%2frev')
  const { _rev: rev } = packument
  const second = { ...publishBody(spec('rev', '1.0.1')), _rev: rev }
  t.equal((await put('@acme/rev', second)).status, 201)
  const third = { ...publishBody(spec('rev', '1.0.2')), _rev: rev }
  t.match(await put('@acme/rev', third), { status: 409, body: { code: 'MKT_REV_STALE' } })
  const unseen = { ...publishBody(spec('unseen')), _rev: rev }
  t.equal((await put('@acme/unseen', unseen)).status, 409)
  t.equal((await registry.call('/@acme%2funseen')).status, 404)
})

t.test('a name in prototype’s place is refused, not merged', async (t) => {
  const response = await fetch(`${registry.url}@acme%2fproto`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${acme}`, 'content-type': 'application/json' },
    body: '{"name":"@acme/proto","__proto__":{"x":1}}',
  })
  t.equal(response.status, 400)
})

t.test('stored bytes that are not what was published are never handed out', async (t) => {
  const given = spec('rotten')
  await put(given.name, publishBody(given))
  await knex('package_versions').where(given).update({ integrity: 'sha512-AAAA' })
  await t.rejects(source.fetch(given.name, '1.0.0'), { code: 'MKT_CONTENT_CORRUPT' })
})
