import { createHash } from 'node:crypto'
import t from 'tap'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import { HostProcess, refusal } from '../support/host-process.ts'

const host = await HostProcess.start(t)
const name = '@acme/terms'

/** A declarative pack whose price is this. */
async function publish(version: string, price: string): Promise<void> {
  const packageJson = {
    ...{ name, version, license: 'LicenseRef-Acme', keywords: ['signalbox-plugin'] },
    description: 'Asks for something',
    signalbox: {
      ...{ manifest: 1, host: '^1.0.0', displayName: { en: 'Terms' } },
      runtime: { tier: 'declarative' },
      terms: { file: { en: 'TERMS.md' }, price: { en: price, 'zh-CN': price } },
    },
  }
  const tarball = tarballOf({
    'package.json': JSON.stringify(packageJson),
    'TERMS.md': 'You pay what you use.',
    LICENSE: 'All rights reserved.',
  })
  const digest = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHash(algorithm).update(tarball).digest(encoding)
  const dist = { integrity: `sha512-${digest('sha512', 'base64')}`, shasum: digest('sha1', 'hex') }
  await host.client.request('PUT', '/npm/@acme%2fterms', {
    ...{ _id: name, name, 'dist-tags': { latest: version }, access: null },
    versions: { [version]: { ...packageJson, _id: `${name}@${version}`, dist } },
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
  })
}

interface Plan {
  readonly terms: {
    readonly license: string
    readonly price: { readonly en: string }
    readonly text: { readonly en: string }
    readonly hash: string
    readonly isAccepted: boolean
  }
}

const plan = async (version: string) =>
  (await host.client.request<Plan>('POST', '/v1/plugins/@acme%2Fterms:plan', { version })).terms
const install = (version: string, acceptTerms?: string) =>
  host.client.request('POST', '/v1/plugins', {
    ...{ name, version },
    ...(acceptTerms === undefined ? {} : { acceptTerms }),
  })

await publish('1.0.0', '10 CNY a month')
await publish('1.0.1', '10 CNY a month')
await publish('1.1.0', '20 CNY a month')

t.test('a version with terms is installed by whoever accepts just these', async (t) => {
  const terms = await plan('1.0.0')
  t.match(terms, {
    license: 'LicenseRef-Acme',
    price: { en: '10 CNY a month' },
    text: { en: 'You pay what you use.' },
    licenseTextSha256: createHash('sha256').update('All rights reserved.').digest('hex'),
    hash: /^[0-9a-f]{64}$/,
    isAccepted: false,
  })
  const refused = await refusal(install('1.0.0'))
  t.equal(refused.code, 'CORE_TERMS_NOT_ACCEPTED')
  t.match(refused.detail, terms.hash, 'the cure says what to accept')
  const other = await refusal(install('1.0.0', '0'.repeat(64)))
  t.equal(other.code, 'CORE_TERMS_NOT_ACCEPTED')
  await install('1.0.0', terms.hash)
  t.match(await host.client.request('GET', '/v1/plugins/@acme%2Fterms'), {
    acceptedTerms: [{ hash: terms.hash, version: '1.0.0', acceptedBy: 'operator' }],
  })
})

t.test(
  'the same terms hold for the next version, and changed ones are accepted anew',
  async (t) => {
    t.equal((await plan('1.0.1')).isAccepted, true)
    await install('1.0.1')
    const changed = await plan('1.1.0')
    t.equal(changed.isAccepted, false)
    t.equal((await refusal(install('1.1.0'))).code, 'CORE_TERMS_NOT_ACCEPTED')
    await install('1.1.0', changed.hash)
  },
)

t.test('who accepted what stands in the audit', async (t) => {
  const { items } = await host.client.request<{ items: { action: string; detail: object }[] }>(
    'GET',
    '/v1/audit?action=plugin.installed',
  )
  const { hash } = await plan('1.1.0')
  t.match(
    items.find(({ detail }) => JSON.stringify(detail).includes(hash)),
    {
      action: 'plugin.installed',
    },
  )
})
