import type { KeyObject } from 'node:crypto'
import type { Knex } from 'knex'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { SealedPrivateKeys } from '../../src/sealing/sealed-private-keys.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import type { OwnServerHost } from '../support/own-server-host.ts'
import { nodeKeys } from '../support/sealing.ts'
import type { Secret } from './planted-secrets.ts'

/** What lies sealed in the database and what opens it, opened as the host itself does. */
export async function sealedKeys({
  host: { url },
  hostUrl,
  keyFile,
}: OwnServerHost): Promise<readonly Secret[]> {
  // Made for whoever asks first.
  await fetch(`${url}/v1/signing-keys`)
  const knex = createKnex(hostUrl)
  try {
    const { keys } = nodeKeys(knex, keyFile)
    const host = new HostKeys({ file: keyFile, setting: 'SIGNALBOX_KEY_FILE' })
    return [
      { name: "the key of a tenant's secrets", value: (await keys.current('acme')).key },
      { name: "the key that signs the apps' tokens", value: await tokenKey(knex, host) },
      { name: "the host's signing key", value: await hostKey(knex, host) },
    ]
  } finally {
    await knex.destroy()
  }
}

async function tokenKey(knex: Knex, host: HostKeys): Promise<Buffer> {
  const { kid, sealed, host_key } = await knex('token_keys').first('kid', 'sealed', 'host_key')
  const wrapping = host.for('signalbox token keys')
  const sealer = new SealedPrivateKeys(wrapping, (id) => ['token key', id])
  return scalarOf(await sealer.open(kid, { sealed, hostKey: host_key }))
}

async function hostKey(knex: Knex, host: HostKeys): Promise<Buffer> {
  const { id, sealed, host_key } = await knex('host_signing_keys').first('id', 'sealed', 'host_key')
  const wrapping = host.for('signalbox host signing keys')
  const sealer = new SealedPrivateKeys(wrapping, (id) => [id])
  return scalarOf(await sealer.open(id, { sealed, hostKey: host_key }))
}

/** What makes it private, however the rest of it is written. */
function scalarOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
}
