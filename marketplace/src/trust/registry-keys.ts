import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Approval, signApproval } from '@signalbox/sdk/trust/approval-statement'
import { keyIdOf, publicKeyText } from '@signalbox/sdk/trust/key-id'
import { endorseKey } from '@signalbox/sdk/trust/key-succession'
import { signVersion } from '@signalbox/sdk/trust/registry-signature'
import { type Release, signRelease } from '@signalbox/sdk/trust/release-statement'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { PrivateKeySealer } from './private-key-sealer.ts'
import {
  insertRegistryKey,
  listRegistryKeys,
  lockRegistryKeys,
  MAX_REGISTRY_KEYS,
  retireRegistryKeys,
  type StoredRegistryKey,
  setSealedRegistryKey,
} from './registry-key-store.ts'

/** What the registry puts beside a version. */
export interface SignedRelease {
  readonly signature: string
  readonly signatureKey: string
  readonly release: string
}

export interface RegistryKey extends StoredRegistryKey {
  readonly privateKey: KeyObject
}

interface Ports {
  readonly knex: Knex
  readonly sealer: PrivateKeySealer
  readonly now: () => number
}

/**
 * The keys that the registry signs by: ECDSA P-256, as npm's clients want it. One is believed only where its private
 * half opens under the host's key, so a row that somebody put into the database vouches for nothing.
 */
export class RegistryKeys {
  readonly #ports: Ports
  readonly #opened = new Map<string, KeyObject>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Makes the first key. @throws what the sealer throws */
  async start(): Promise<void> {
    await this.#ports.knex.transaction(async (trx) => {
      await lockRegistryKeys(trx)
      if ((await listRegistryKeys(trx)).length === 0) await this.#make(trx, undefined, true)
    })
  }

  /**
   * Within the transaction of a publish: who signs by a key that is being retired waits, or is waited for.
   * @throws MKT_SIGNING_KEY_LOST
   */
  async sign(trx: Knex.Transaction, release: Release): Promise<SignedRelease> {
    const { keyid, privateKey } = await this.current(trx)
    return {
      signature: signVersion(release, privateKey),
      signatureKey: keyid,
      release: signRelease(release, privateKey),
    }
  }

  /** For a reviewer who has no key, within the transaction of the approval. @throws MKT_SIGNING_KEY_LOST */
  async signApproval(trx: Knex.Transaction, approval: Approval): Promise<string> {
    return signApproval(approval, (await this.current(trx)).privateKey)
  }

  /** The one that signs now. @throws MKT_SIGNING_KEY_LOST: it does not open */
  async current(knex: Knex = this.#ports.knex): Promise<RegistryKey> {
    const [newest] = await listRegistryKeys(knex)
    const opened = newest?.retiredAt === null ? await this.#open(newest) : undefined
    if (opened === undefined) throw marketplaceErrors.create('SIGNING_KEY_LOST')
    return opened
  }

  /** Those whose signatures are believed, the current one first; retired ones still vouch for what they signed. */
  async trusted(knex: Knex = this.#ports.knex): Promise<readonly RegistryKey[]> {
    const stored = await listRegistryKeys(knex)
    const believed = stored.filter(({ revokedAt }) => revokedAt === null)
    const opened = await Promise.all(believed.map((one) => this.#open(one)))
    return opened.filter((one) => one !== undefined)
  }

  /** Public halves of those, by their ids. */
  async trustedPublicKeys(knex?: Knex): Promise<ReadonlyMap<string, KeyObject>> {
    const trusted = await this.trusted(knex)
    return new Map(trusted.map(({ keyid, privateKey }) => [keyid, createPublicKey(privateKey)]))
  }

  /**
   * The next key, vouched for by the one before. Where that one is in other hands, or lost, nobody vouches: hosts that
   * pinned it have to be told the new fingerprint, and all that it signed is signed again.
   * @throws MKT_SIGNING_KEYS_FULL
   */
  async rotate(trx: Knex.Transaction, isCompromised: boolean): Promise<StoredRegistryKey> {
    await lockRegistryKeys(trx)
    const stored = await listRegistryKeys(trx)
    if (stored.length >= MAX_REGISTRY_KEYS) {
      throw marketplaceErrors.create('SIGNING_KEYS_FULL', { limit: MAX_REGISTRY_KEYS })
    }
    const before = isCompromised ? undefined : await this.current(trx)
    await retireRegistryKeys(trx, new Date(this.#ports.now()), isCompromised)
    return this.#make(trx, before?.privateKey, isCompromised || before?.signsOlder === true)
  }

  /** From now on the key signs only what is published from now on. */
  async finishOlder(keyid: string): Promise<void> {
    await this.#ports.knex.transaction(async (trx) => {
      await lockRegistryKeys(trx)
      const key = (await this.trusted(trx)).find((one) => one.keyid === keyid)
      if (key?.signsOlder !== true) return
      const name = boundName(keyid, false)
      const sealed = await this.#ports.sealer.seal(name, key.privateKey)
      await setSealedRegistryKey(trx, { keyid, signsOlder: false, ...sealed })
    })
  }

  /** Puts every key under the newest key of the host. @returns how many */
  async rewrap(trx: Knex.Transaction): Promise<number> {
    await lockRegistryKeys(trx)
    let count = 0
    for (const { keyid, signsOlder, ...stored } of await listRegistryKeys(trx)) {
      const again = await this.#ports.sealer.resealed(boundName(keyid, signsOlder), stored)
      if (again === undefined) continue
      await setSealedRegistryKey(trx, { keyid, signsOlder, ...again })
      count += 1
    }
    return count
  }

  async #make(
    trx: Knex.Transaction,
    before: KeyObject | undefined,
    signsOlder: boolean,
  ): Promise<StoredRegistryKey> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const publicKey = publicKeyText(privateKey)
    const keyid = keyIdOf(privateKey)
    const at = this.#ports.now()
    const endorsement = before === undefined ? null : endorseKey(publicKey, at, before)
    const sealed = await this.#ports.sealer.seal(boundName(keyid, signsOlder), privateKey)
    const key = { keyid, publicKey, endorsement, signsOlder, madeAt: new Date(at), ...sealed }
    await insertRegistryKey(trx, key)
    return { ...key, retiredAt: null, revokedAt: null }
  }

  /** @returns undefined where its host key is gone, or the row was changed */
  async #open(stored: StoredRegistryKey): Promise<RegistryKey | undefined> {
    const name = boundName(stored.keyid, stored.signsOlder)
    try {
      // By the sealed bytes too: what was opened of a row says nothing of what the row is now.
      const key = `${name} ${stored.sealed.toString('base64')}`
      const privateKey = this.#opened.get(key) ?? (await this.#ports.sealer.open(name, stored))
      const text = publicKeyText(createPublicKey(privateKey))
      if (text !== stored.publicKey || keyIdOf(privateKey) !== stored.keyid) return undefined
      if (this.#opened.size >= 2 * MAX_REGISTRY_KEYS) this.#opened.clear()
      this.#opened.set(key, privateKey)
      return { ...stored, privateKey }
    } catch {
      return undefined
    }
  }
}

/** What the sealed half is bound to: a row that says `signs_older` against what was sealed opens nothing. */
function boundName(keyid: string, signsOlder: boolean): string {
  return `${keyid} ${signsOlder ? 'older' : 'new'}`
}
