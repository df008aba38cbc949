import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE, sha512Of, signPackage } from '@signalbox/sdk/trust/package-signature'
import { letOperatorPass } from '../../src/cli/demo-signed.ts'
import { HostClient, HostRefusal } from '../../src/cli/host-client.ts'
import { OPERATOR_TOKEN } from './host-process.ts'

/** One author for all tests: hosts of several processes on one database know him then (RFC 8410, seed chosen here). */
const author: KeyObject = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    createHash('sha256').update('the author of the tests').digest(),
  ]),
  format: 'der',
  type: 'pkcs8',
})

const known = new Set<string>()

/** The files of a package with the signature of an author whom the host knows: what the tier trusted asks for. */
export async function signedFiles(
  url: string,
  of: { readonly name: string; readonly version: string },
  files: Readonly<Record<string, Buffer>>,
): Promise<Readonly<Record<string, Buffer>>> {
  await register(url)
  const digests = new Map(Object.entries(files).map(([path, bytes]) => [path, sha512Of(bytes)]))
  const { name, version } = of
  const text = signPackage({ name, version, files: digests }, Date.now(), author)
  return { ...files, [SIGNATURE_FILE]: Buffer.from(text) }
}

/** For the operator, by whom a package of any publisher may be signed that he publishes. */
async function register(url: string): Promise<void> {
  if (known.has(url)) return
  const client = new HostClient({ url, token: OPERATOR_TOKEN })
  const body = { publicKey: publicKeyText(author) }
  try {
    await client.request('POST', '/v1/marketplace/publishers/operator/keys', body)
  } catch (error) {
    if (!(error instanceof HostRefusal) || error.problem.code !== 'MKT_KEY_EXISTS') throw error
  }
  // Tests are of what such plugins do, not of how they get into the marketplace.
  await letOperatorPass(client)
  known.add(url)
}
