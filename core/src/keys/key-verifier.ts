import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Sealer } from '../sealing/sealer.ts'
import { readChain, spkiOf } from './certificate-chain.ts'
import { type CmsVerifyRequest, verifyCms } from './cms/verify-cms.ts'
import { type JwtVerifyRequest, verifyJwt } from './jwt/verify-jwt.ts'
import { algorithmOf, type KeyUsage } from './key-algorithms.ts'
import { findKey, type SigningKey } from './key-store.ts'
import { withSecret } from './sealed-secret.ts'
import { publicKeyOf } from './signature-schemes.ts'
import type { Verdict, VerifyingKey } from './verifying-key.ts'
import { verifyWebhook, type WebhookVerifyRequest } from './webhook/verify-webhook.ts'

/** Whose signature it should be: exactly one of the three. */
interface Signer {
  /** A key of the tenant. */
  readonly key?: string
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey?: string
  /** PEM. Who issued it is not judged. */
  readonly certificate?: string
}

export type VerifyRequest = Signer &
  (
    | ({ readonly usage: 'cms' } & CmsVerifyRequest)
    | ({ readonly usage: 'jwt' } & JwtVerifyRequest)
    | ({ readonly usage: 'webhook' } & WebhookVerifyRequest)
  )

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly now: () => number
}

/** Of a shared secret that was rotated, so many versions are tried; senders change over within days. */
const MAX_SECRETS = 2

/** Says of a signature whether it is one: by the tenant's keys, or by a public key that the plugin names. */
export class KeyVerifier {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_INPUT_INVALID, CORE_KEY_MISSING, CORE_KEY_USAGE_REFUSED; a wrong signature is a value */
  async verify(
    { plugin, tenant }: { readonly plugin: string; readonly tenant: string },
    request: VerifyRequest,
  ): Promise<Verdict> {
    const now = this.#ports.now()
    const given = [request.key, request.publicKey, request.certificate].filter(
      (one) => one !== undefined,
    )
    if (given.length !== 1) throw unfit('', 'names one of key, publicKey and certificate')
    if (request.key === undefined) return judge(request, [foreignKey(request)], now)
    const key = await findKey(this.#ports.knex, tenant, request.key)
    if (key === undefined) throw coreErrors.create('KEY_MISSING', { key: request.key, tenant })
    const { usage } = request
    if (!key.usages.includes(usage)) {
      throw coreErrors.create('KEY_USAGE_REFUSED', { key: key.id, tenant, plugin, usage })
    }
    // Whoever had it disabled may have had it stolen: what it signed proves nothing any more.
    if (key.state !== 'active') return { valid: false, reason: 'key-disabled' }
    return judge(request, await this.#keysOf(key, usage), now)
  }

  async #keysOf(key: SigningKey, usage: KeyUsage): Promise<readonly VerifyingKey[]> {
    const { algorithm } = key
    const issuer = usage === 'jwt' ? key.policy.jwt?.issuer : undefined
    const common = { algorithm, key: key.id, issuer, allowed: key.policy.cmsAttributes }
    if (algorithm !== 'hmac-sha256') {
      return key.versions.map(({ version, spki, certificates }) => ({
        ...common,
        version,
        verifier: publicKeyOf(spki as Buffer),
        certificate: certificates[0],
      }))
    }
    const secrets = key.versions.slice(0, MAX_SECRETS).map((version) =>
      withSecret(this.#ports, key, version, async (secret) => ({
        ...common,
        version: version.version,
        verifier: Buffer.from(secret),
      })),
    )
    return Promise.all(secrets)
  }
}

function judge(
  request: VerifyRequest,
  keys: readonly VerifyingKey[],
  now: number,
): Promise<Verdict> {
  switch (request.usage) {
    case 'cms':
      return verifyCms(request, keys)
    case 'jwt':
      return verifyJwt(request, keys, now)
    case 'webhook':
      return verifyWebhook(request, keys, now)
  }
}

/** @throws CORE_INPUT_INVALID where it is none that the host works with */
function foreignKey({ publicKey, certificate }: Signer): VerifyingKey {
  const pointer = publicKey === undefined ? '/certificate' : '/publicKey'
  const der = certificate === undefined ? undefined : leafOf(certificate)
  const spki = der === undefined ? undefined : spkiOf(der)
  const verifier = publicKey === undefined ? spki && publicKeyOf(spki) : readPublicKey(publicKey)
  const algorithm = verifier === undefined ? undefined : algorithmOf(verifier)
  if (verifier === undefined || algorithm === undefined) {
    throw unfit(
      pointer,
      'is no PEM of a key of RSA (2048 bits at least), P-256, P-384, Ed25519, SM2',
    )
  }
  return { algorithm, verifier, certificate: der, allowed: [] }
}

function leafOf(pem: string): Buffer | undefined {
  const chain = readChain(pem)
  return chain.ok ? chain.certificates[0] : undefined
}

/** A private key would do for node too: whoever sends one is told that it is none of a public key. */
function readPublicKey(pem: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return undefined
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}

function unfit(pointer: string, detail: string) {
  return coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer, detail }] })
}
