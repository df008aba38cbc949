import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE } from '@signalbox/sdk/trust/package-signature'
import { coreErrors } from '../errors.ts'
import { type HostClient, HostRefusal } from './host-client.ts'
import { npmPublish } from './npm-publish.ts'
import { runNpm } from './run-npm.ts'
import { signFolder } from './sign-folder.ts'
import { makeSigningKey, readSigningKey } from './signing-key-file.ts'

/** A page of a plugin is built before it is packed: seconds, on a slow machine a minute. */
const PREPACK_MS = 300_000

interface Ports {
  readonly client: HostClient
  readonly registry: string
  readonly token: string
  readonly dataFolder: string
}

interface ReviewPolicy {
  readonly tiers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/**
 * Publishes a package of the tier trusted as its author would: packed, signed by a key of this host's operator, sent as it was
 * signed. Whoever starts the demo trusts what its file names, so that one person's word is enough here.
 */
export async function publishSigned(folder: string, ports: Ports): Promise<void> {
  const { client, registry, token, dataFolder } = ports
  await letOperatorPass(client)
  const key = await operatorKey(client, dataFolder, folder)
  const words = ['run', '--silent', '--if-present', 'prepack']
  const { isOk, output } = await runNpm(words, folder, PREPACK_MS)
  if (!isOk) throw coreErrors.create('NPM_PUBLISH_FAILED', { folder, output })
  try {
    await signFolder(folder, key, Date.now())
    await npmPublish(folder, registry, token, ['--ignore-scripts'])
  } finally {
    await rm(join(folder, SIGNATURE_FILE), { force: true })
  }
}

async function operatorKey(client: HostClient, dataFolder: string, project: string) {
  const file = join(dataFolder, 'demo-signing-key.pem')
  const key = existsSync(file) ? await readSigningKey(file) : await makeSigningKey(file, project)
  try {
    const path = '/v1/marketplace/publishers/operator/keys'
    await client.request('POST', path, { publicKey: publicKeyText(key) })
  } catch (error) {
    if (!(error instanceof HostRefusal) || error.problem.code !== 'MKT_KEY_EXISTS') throw error
  }
  return key
}

/** For the tier trusted, where reviews of two others would be asked for: who starts a demo, or a test, is alone. */
export async function letOperatorPass(client: HostClient): Promise<void> {
  const path = '/v1/marketplace/review-policy'
  const policy = await client.request<ReviewPolicy>('GET', path)
  const trusted = { ...policy.tiers['trusted'], operatorPasses: true }
  await client.request('PUT', path, { ...policy, tiers: { ...policy.tiers, trusted } })
}
