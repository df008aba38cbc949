import { type Change, commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasTenant } from '../identity/identity-store.ts'
import { chainFault, readChain } from './certificate-chain.ts'
import { type CertificateSubject, certificateRequest } from './certificate-request.ts'
import type { KeyAlgorithm, KeyUsage } from './key-algorithms.ts'
import { generateKey, type KeyMaterial, pemOf } from './key-pair.ts'
import { type PolicyWish, policyOf, wishFaults } from './key-policy.ts'
import type { SignerPorts } from './key-signer.ts'
import { nextKeyState } from './key-states.ts'
import {
  findKey,
  insertKey,
  insertVersion,
  type SigningKey,
  setCertificates,
  setKeyState,
} from './key-store.ts'
import { authorityFault } from './one-time/authority.ts'
import { boundTo, withSecret } from './sealed-secret.ts'
import { newestVersion } from './signing-content.ts'
import { secretText } from './webhook/standard-webhook.ts'

export interface KeyWish {
  readonly id: string
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly KeyUsage[]
  readonly policy?: PolicyWish
}

export interface MadeKey {
  readonly key: SigningKey
  /** Of an HMAC, shown this once: who is to check a signature needs it too. */
  readonly secret?: string
}

/** A key that is rotated each month lives eight years. */
const MAX_VERSIONS = 100

type Ports = Pick<SignerPorts, 'knex' | 'sealer' | 'now'>

/** Makes, rotates, certifies and disables the keys of a tenant, for its admin. */
export class KeyService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_TENANT_MISSING, CORE_INPUT_INVALID, CORE_KEY_EXISTS, CORE_HOST_KEY_ABSENT */
  async create(caller: Caller, tenant: string, wish: KeyWish): Promise<MadeKey> {
    const { id, algorithm, usages } = wish
    const policy = policyOf(wish.policy ?? {})
    const faults = wishFaults(algorithm, usages, policy, this.#ports.now())
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
    if (!(await hasTenant(this.#ports.knex, tenant))) {
      throw coreErrors.create('TENANT_MISSING', { tenant })
    }
    if ((await findKey(this.#ports.knex, tenant, id)) !== undefined) {
      throw coreErrors.create('KEY_EXISTS', { key: id, tenant })
    }
    const material = await generateKey(algorithm)
    const version = await this.#sealed(tenant, id, 1, material)
    const detail = { algorithm, usages, policy }
    await this.#change(caller, 'key.created', tenant, id, detail, async (trx) => {
      const key = { tenant, id, algorithm, usages, policy, createdBy: caller.actor }
      if (await insertKey(trx, key)) await insertVersion(trx, version)
      else throw coreErrors.create('KEY_EXISTS', { key: id, tenant })
    })
    return this.#made(tenant, id, material)
  }

  /** @throws CORE_KEY_MISSING, CORE_KEY_DISABLED, CORE_KEY_VERSIONS_SPENT */
  async rotate(caller: Caller, tenant: string, id: string): Promise<MadeKey> {
    const key = await this.get(tenant, id)
    requireActive(key)
    const version = newestVersion(key.versions).version + 1
    if (version > MAX_VERSIONS) {
      throw coreErrors.create('KEY_VERSIONS_SPENT', { key: id, tenant, limit: MAX_VERSIONS })
    }
    const material = await generateKey(key.algorithm)
    const sealed = await this.#sealed(tenant, id, version, material)
    await this.#change(caller, 'key.rotated', tenant, id, { version }, async (trx) => {
      if (!(await setKeyState(trx, tenant, id, { from: 'active', to: 'active' }))) {
        throw coreErrors.create('KEY_DISABLED', { key: id, tenant })
      }
      // Two admins at once: the key has the other's new version now.
      if (await insertVersion(trx, sealed)) return
      throw coreErrors.create('KEY_EXISTS', { key: `${id} ${version}`, tenant })
    })
    return this.#made(tenant, id, material)
  }

  /** Holds at once on every node, for good. @throws CORE_KEY_MISSING, CORE_KEY_DISABLED */
  async disable(caller: Caller, tenant: string, id: string): Promise<SigningKey> {
    const { state: from } = await this.get(tenant, id)
    const to = nextKeyState(from, 'disable')
    await this.#change(caller, 'key.disabled', tenant, id, {}, async (trx) => {
      if (to !== undefined && (await setKeyState(trx, tenant, id, { from, to }))) return
      throw coreErrors.create('KEY_DISABLED', { key: id, tenant })
    })
    return this.get(tenant, id)
  }

  /**
   * Puts the chain to whichever version of the key has its public key.
   * @throws CORE_KEY_MISSING, CORE_KEY_DISABLED, CORE_CERTIFICATE_REFUSED
   */
  async certify(caller: Caller, tenant: string, id: string, pem: string): Promise<SigningKey> {
    const key = await this.get(tenant, id)
    requireActive(key)
    const refused = (reason: string) =>
      coreErrors.create('CERTIFICATE_REFUSED', { key: id, tenant, reason })
    const chain = readChain(pem)
    if (!chain.ok) throw refused(chain.reason)
    const faults = key.versions.map(({ spki }) =>
      spki === null
        ? 'a shared secret is never certified'
        : certificatesFault(key, chain.certificates, spki, this.#ports.now()),
    )
    const version = key.versions[faults.indexOf(undefined)]
    // A chain that is faulty in itself is so for each version; the newest is mostly meant.
    if (version === undefined) throw refused(mostSpecific(faults))
    const named = { tenant, key: id, version: version.version }
    const detail = { version: version.version, certificates: chain.certificates.length }
    await this.#change(caller, 'key.certified', tenant, id, detail, (trx) =>
      setCertificates(trx, named, chain.certificates),
    )
    return this.get(tenant, id)
  }

  /**
   * A request that a certification authority can certify, for the newest version.
   * @returns PEM. @throws CORE_KEY_MISSING, CORE_KEY_DISABLED, CORE_CERTIFICATE_REFUSED
   */
  async requestCertificate(
    caller: Caller,
    tenant: string,
    id: string,
    subject: CertificateSubject,
  ): Promise<string> {
    const key = await this.get(tenant, id)
    requireActive(key)
    const version = newestVersion(key.versions)
    const { spki } = version
    if (spki === null) {
      const reason = 'a shared secret is never certified'
      throw coreErrors.create('CERTIFICATE_REFUSED', { key: id, tenant, reason })
    }
    const detail = { version: version.version, subject }
    const nothing = () => Promise.resolve()
    await this.#change(caller, 'key.certificate_requested', tenant, id, detail, nothing)
    const der = await withSecret(this.#ports, key, version, (secret) =>
      certificateRequest(key.algorithm, spki, subject, secret),
    )
    return pemOf('CERTIFICATE REQUEST', der)
  }

  /** @throws CORE_KEY_MISSING */
  async get(tenant: string, id: string): Promise<SigningKey> {
    const key = await findKey(this.#ports.knex, tenant, id)
    if (key === undefined) throw coreErrors.create('KEY_MISSING', { key: id, tenant })
    return key
  }

  async #made(tenant: string, id: string, { secret, spki }: KeyMaterial): Promise<MadeKey> {
    const shown = spki === null ? { secret: secretText(secret) } : {}
    secret.fill(0)
    return { key: await this.get(tenant, id), ...shown }
  }

  async #sealed(tenant: string, key: string, version: number, { secret, spki }: KeyMaterial) {
    const sealed = await this.#ports.sealer.seal(tenant, secret, boundTo(key, spki))
    return { tenant, key, version, spki, secret: sealed }
  }

  #change(
    caller: Caller,
    action: string,
    tenant: string,
    subject: string,
    detail: NonNullable<Change['detail']>,
    work: Parameters<typeof commitChange>[2],
  ) {
    return commitChange(this.#ports.knex, { ...caller, action, subject, tenant, detail }, work)
  }
}

function requireActive({ id, tenant, state }: SigningKey): void {
  if (state !== 'active') throw coreErrors.create('KEY_DISABLED', { key: id, tenant })
}

function certificatesFault(
  { usages }: SigningKey,
  certificates: readonly Buffer[],
  spki: Buffer,
  now: number,
): string | undefined {
  const fault = chainFault(certificates, spki, now)
  const [own] = certificates
  if (fault !== undefined || own === undefined || !usages.includes('certificate')) return fault
  return authorityFault(own)
}

const OTHER_KEY = 'its first certificate has another public key'

function mostSpecific(faults: readonly (string | undefined)[]): string {
  return faults.find((fault) => fault !== OTHER_KEY) ?? OTHER_KEY
}
