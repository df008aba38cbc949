import type { Knex } from 'knex'
import type { HostCall } from '../broker/host-call.ts'
import type { BlobOf } from './cms/document.ts'
import { KeyService } from './key-service.ts'
import { KeySigner } from './key-signer.ts'
import { KeyVerifier } from './key-verifier.ts'
import { publicKeyCall } from './public-key-call.ts'
import type { Sealer } from './sealer.ts'
import { signCall } from './sign-call.ts'
import { TenantSealer } from './tenant-sealer.ts'
import { verifyCall } from './verify-call.ts'

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly blobOf?: BlobOf
}

export interface Keys {
  readonly service: KeyService
  readonly sealer: Sealer
  /** By the names that `ctx.keys` asks by. */
  readonly calls: Readonly<Record<string, HostCall>>
}

/** The keys of tenants: for their admins, and for the plugins that sign with them. */
export function openKeys({ knex, now, blobOf }: Ports): Keys {
  const sealer = new TenantSealer(knex)
  const ports = { knex, now, sealer, blobOf }
  return {
    sealer,
    service: new KeyService(ports),
    calls: {
      'keys.sign': signCall(new KeySigner(ports)),
      'keys.verify': verifyCall(new KeyVerifier(ports)),
      'keys.publicKey': publicKeyCall(knex),
    },
  }
}
