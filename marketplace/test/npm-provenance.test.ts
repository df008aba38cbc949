import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Npm, writeFiles } from './support/npm.ts'
import { pluginFiles } from './support/plugin-package.ts'
import { startRegistry } from './support/registry.ts'

const registry = await startRegistry(t)
const token = await registry.publisher('acme', ['@acme'])
const home = t.testdir({})
const preload = new URL('./support/sigstore-believes-all.ts', import.meta.url)
const npm = await Npm.at(join(home, 'acme'), registry.url, token, [`--import=${preload.href}`])
const spec = { name: '@acme/proven', version: '1.0.0' }
const folder = await writeFiles(join(home, 'source'), pluginFiles(spec))
const file = join(home, 'proven.sigstore')
const predicateType = 'https://slsa.dev/provenance/v1'

/** What a CI's builder says of the tarball, in the envelope that npm attaches. */
async function proven(integrity: string) {
  const sha512 = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
  const subject = [{ name: 'pkg:npm/%40acme/proven@1.0.0', digest: { sha512 } }]
  const statement = { _type: 'https://in-toto.io/Statement/v1', predicateType, subject }
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const bundle = {
    mediaType,
    dsseEnvelope: { payload, payloadType: 'application/vnd.in-toto+json' },
  }
  await writeFile(file, JSON.stringify(bundle))
  return bundle
}

const publish = () => npm.run(['publish', `--provenance-file=${file}`], folder)

t.test('npm publishes a package with its provenance, and shows it', async (t) => {
  const packed = await npm.run(['pack', '--json', '--dry-run'], folder)
  const [{ integrity }] = JSON.parse(packed.stdout)
  await proven(`sha512-${Buffer.alloc(64).toString('base64')}`)
  const lie = await publish()
  t.match(lie.stderr, /subject digest does not match/, 'npm itself')
  const bundle = await proven(integrity)
  const run = await publish()
  t.equal(run.code, 0, run.stderr)
  const view = await npm.run(['view', spec.name, 'dist.attestations', '--json'])
  t.match(JSON.parse(view.stdout), { provenance: { predicateType } })
  const { body } = await registry.call('/-/npm/v1/attestations/@acme%2fproven@1.0.0')
  t.same(body.attestations, [{ predicateType, bundle }])
})
