import type { Knex } from 'knex'
import type { EffectNote } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import type { Sealer } from '../sealing/sealer.ts'
import { cmsContent } from './cms/cms-content.ts'
import type { CmsRequest } from './cms/cms-request.ts'
import type { Asker, BlobOf } from './cms/document.ts'
import { type JwtRequest, jwtContent } from './jwt/jwt-content.ts'
import type { KeyUsage } from './key-algorithms.ts'
import { signingRefusal } from './key-policy.ts'
import { findKey, type SigningKey, spendSignature } from './key-store.ts'
import { type CertificateRequest, certificateContent } from './one-time/certificate-content.ts'
import { findOneTimeKey } from './one-time/one-time-key-store.ts'
import { oneTimeMissing, withOneTimeSecret } from './one-time/one-time-secret.ts'
import { withSecret } from './sealed-secret.ts'
import type { SigningContent } from './signing-content.ts'
import { type WebhookRequest, webhookContent } from './webhook/webhook-content.ts'

export type SignRequest = { readonly key: string } & (
  | ({ readonly usage: 'cms'; readonly oneTimeKey?: string } & CmsRequest)
  | ({ readonly usage: 'certificate' } & CertificateRequest)
  | ({ readonly usage: 'jwt' } & JwtRequest)
  | ({ readonly usage: 'webhook' } & WebhookRequest)
)

type OneTimeRequest = Extract<SignRequest, { readonly usage: 'cms' }> & {
  readonly oneTimeKey: string
}

export interface SignerPorts {
  readonly knex: Knex
  readonly sealer: Sealer
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Undefined on a host without blobs. */
  readonly blobOf?: BlobOf | undefined
}

/** A signature that was allowed and counted, and is not made yet: between the two stands its audit entry. */
export interface PreparedSignature {
  readonly note: EffectNote
  readonly sign: () => Promise<Readonly<Record<string, unknown>>>
}

/** What a grant and a key have to be for. A one-time key is there for whoever may have it certified. */
export function neededUsage(request: {
  readonly usage: KeyUsage
  readonly oneTimeKey?: string
}): KeyUsage {
  return request.oneTimeKey === undefined ? request.usage : 'certificate'
}

/** Signs for plugins what the host itself has read or built. */
export class KeySigner {
  readonly #ports: SignerPorts

  constructor(ports: SignerPorts) {
    this.#ports = ports
  }

  /**
   * @throws CORE_KEY_MISSING, CORE_KEY_USAGE_REFUSED, CORE_KEY_DISABLED, CORE_KEY_EXPIRED, CORE_KEY_SPENT,
   * CORE_KEY_CERTIFICATE_MISSING, CORE_KEY_ONE_TIME_MISSING, CORE_SIGNED_CONTENT_REFUSED
   */
  async prepare(asker: Asker, request: SignRequest): Promise<PreparedSignature> {
    const { plugin, tenant } = asker
    const { knex } = this.#ports
    const now = this.#ports.now()
    const key = await findKey(knex, tenant, request.key)
    if (key === undefined) throw coreErrors.create('KEY_MISSING', { key: request.key, tenant })
    const usage = neededUsage(request)
    const refusal = signingRefusal(key, { plugin, usage, now })
    if (refusal !== undefined) throw refusal
    if (isOneTime(request)) return this.#prepareOneTime(asker, key, request, now)
    const content = await this.#contentOf(asker, key, request, now)
    await this.#spend(key, now)
    const keyVersion = content.version.version
    return {
      note: {
        subject: key.id,
        detail: { usage: request.usage, keyVersion, ...content.detail },
      },
      sign: async () => ({
        ...(await withSecret(this.#ports, key, content.version, content.sign)),
        keyVersion,
      }),
    }
  }

  /** Not counted for the key once more: its certificate was, and is for one signature. */
  async #prepareOneTime(
    asker: Asker,
    key: SigningKey,
    request: OneTimeRequest,
    now: number,
  ): Promise<PreparedSignature> {
    const { knex, blobOf } = this.#ports
    const { plugin, tenant } = asker
    const name = { id: request.oneTimeKey, tenant, plugin, key: key.id }
    const oneTime = await findOneTimeKey(knex, name, new Date(now))
    if (oneTime === undefined) throw oneTimeMissing(name)
    const { algorithm, spki, certificates, keyVersion, subject, serialNumber } = oneTime
    const createdAt = new Date(now).toISOString()
    const versions = [{ version: keyVersion, spki, certificates, createdAt }]
    const signer = { ...key, algorithm, versions }
    const content = await cmsContent({ asker, key: signer, request, now, blobOf })
    const about = { oneTimeKey: oneTime.id, signer: subject, serialNumber }
    return {
      note: {
        subject: key.id,
        detail: { usage: request.usage, keyVersion, ...about, ...content.detail },
      },
      sign: async () => ({
        ...(await withOneTimeSecret(this.#ports, oneTime, content.sign)),
        keyVersion,
      }),
    }
  }

  async #contentOf(
    asker: Asker,
    key: SigningKey,
    request: SignRequest,
    now: number,
  ): Promise<SigningContent> {
    const { knex, sealer, blobOf } = this.#ports
    switch (request.usage) {
      case 'cms':
        return cmsContent({ asker, key, request, now, blobOf })
      case 'certificate':
        return certificateContent({ plugin: asker.plugin, key, request, now, knex, sealer })
      case 'jwt':
        return jwtContent(key, request, now)
      case 'webhook':
        return webhookContent(key, request, now)
    }
  }

  async #spend({ tenant, id, policy }: SigningKey, now: number): Promise<void> {
    const { maxPerHour } = policy
    if (await spendSignature(this.#ports.knex, tenant, id, { maxPerHour, now })) return
    const key = await findKey(this.#ports.knex, tenant, id)
    if (key?.state !== 'active') throw coreErrors.create('KEY_DISABLED', { key: id, tenant })
    const retryAfterS = Math.ceil((3_600_000 - (now % 3_600_000)) / 1000)
    const parameters = { key: id, tenant, limit: maxPerHour }
    throw coreErrors.create('KEY_SPENT', parameters, { retryAfterS })
  }
}

function isOneTime(request: SignRequest): request is OneTimeRequest {
  return request.usage === 'cms' && request.oneTimeKey !== undefined
}
