import type { Knex } from 'knex'
import type { HostCall } from '../broker/host-call.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { BlobOf } from './cms/document.ts'
import { KeyService } from './key-service.ts'
import { KeySigner } from './key-signer.ts'
import { KeyVerifier } from './key-verifier.ts'
import { publicKeyCall } from './public-key-call.ts'
import { signCall } from './sign-call.ts'
import { verifyCall } from './verify-call.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly now: () => number
  readonly blobOf?: BlobOf
}

export interface Keys {
  readonly service: KeyService
  /** By the names that `ctx.keys` asks by. */
  readonly calls: Readonly<Record<string, HostCall>>
}

/** The keys of tenants: for their admins, and for the plugins that sign with them. */
export function openKeys(ports: Ports): Keys {
  return {
    service: new KeyService(ports),
    calls: {
      'keys.sign': signCall(new KeySigner(ports)),
      'keys.verify': verifyCall(new KeyVerifier(ports)),
      'keys.publicKey': publicKeyCall(ports.knex),
    },
  }
}
