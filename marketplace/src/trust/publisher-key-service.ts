import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { isEndorsed } from '@signalbox/sdk/trust/key-succession'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { hasPublisher, lockPublisher } from '../publishers/publisher-store.ts'
import {
  insertPublisherKey,
  listPublisherKeys,
  MAX_PUBLISHER_KEYS,
  type PublisherKey,
  revokePublisherKey,
  setMustSign,
} from './publisher-key-store.ts'

export interface NewPublisherKey {
  /** SubjectPublicKeyInfo of an Ed25519 key, DER, base64. */
  readonly publicKey: string
  /** The word of a key that is registered and good, for this one. */
  readonly endorsement?: string
  /** RFC 3339. */
  readonly notAfter?: string
}

export interface Revocation {
  /** Since when the key may have been in other hands; absent: from now on. RFC 3339. */
  readonly since?: string
  readonly reason?: string
}

/** The keys by which publishers sign. Every change is one transaction with its audit entry. */
export class PublisherKeyService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  /** @throws MKT_PUBLISHER_NOT_FOUND */
  async list(publisher: string): Promise<readonly PublisherKey[]> {
    if (!(await hasPublisher(this.#ports.knex, publisher))) throw notFound(publisher)
    return listPublisherKeys(this.#ports.knex, [publisher], MAX_PUBLISHER_KEYS)
  }

  /**
   * The first key is taken from the publisher's token, and so is the last hope after all are revoked only from the
   * operator: a token that was stolen brings no key beside one that the thief does not have.
   * @throws MKT_PUBLISHER_NOT_FOUND, MKT_KEY_INVALID, MKT_KEY_UNENDORSED, MKT_KEY_EXISTS, MKT_KEYS_FULL
   */
  async register(publisher: string, given: NewPublisherKey, actor: Actor, traceId: string) {
    const key = publicKeyFrom(given.publicKey, 'ed25519')
    if (key === undefined) throw marketplaceErrors.create('KEY_INVALID')
    const keyid = keyIdOf(key)
    const now = this.#ports.now()
    const notAfter = given.notAfter === undefined ? null : Date.parse(given.notAfter)
    const entry = { action: 'publisher-key.registered', details: { keyid } } as const
    await this.#change(publisher, actor, traceId, entry, async (trx) => {
      const known = await listPublisherKeys(trx, [publisher], MAX_PUBLISHER_KEYS)
      if (known.length >= MAX_PUBLISHER_KEYS) {
        throw marketplaceErrors.create('KEYS_FULL', { publisher, limit: MAX_PUBLISHER_KEYS })
      }
      if (actor.kind !== 'operator') requireEndorsed(publisher, given, known, now)
      const made = { publisher, keyid, publicKey: given.publicKey, notBefore: now, notAfter }
      if (await insertPublisherKey(trx, made, actor.name)) return
      throw marketplaceErrors.create('KEY_EXISTS', { publisher, keyid })
    })
    return { publisher, keyid, notBefore: now, notAfter }
  }

  /** @throws MKT_PUBLISHER_NOT_FOUND, MKT_KEY_NOT_FOUND */
  async revoke(
    publisher: string,
    keyid: string,
    { since, reason }: Revocation,
    actor: Actor,
    traceId: string,
  ): Promise<void> {
    const now = this.#ports.now()
    const at = Math.min(now, since === undefined ? now : Date.parse(since))
    const details = { keyid, revokedAt: new Date(at).toISOString(), reason: reason ?? null }
    const entry = { action: 'publisher-key.revoked', details } as const
    await this.#change(publisher, actor, traceId, entry, async (trx) => {
      const of = { publisher, keyid }
      if (await revokePublisherKey(trx, of, new Date(at), reason ?? null)) return
      throw marketplaceErrors.create('KEY_NOT_FOUND', of)
    })
  }

  /** Whether every version of the publisher has to be signed. @throws MKT_PUBLISHER_NOT_FOUND */
  async requireSignatures(
    publisher: string,
    isRequired: boolean,
    actor: Actor,
    traceId: string,
  ): Promise<void> {
    const entry = { action: 'publisher.signing_set', details: { required: isRequired } } as const
    await this.#change(publisher, actor, traceId, entry, async (trx) => {
      await setMustSign(trx, publisher, isRequired)
    })
  }

  async #change(
    publisher: string,
    actor: Actor,
    traceId: string,
    entry: Pick<AuditEntry, 'action' | 'details'>,
    work: (trx: Knex.Transaction) => Promise<void>,
  ): Promise<void> {
    await this.#ports.knex.transaction(async (trx) => {
      if (!(await lockPublisher(trx, publisher))) throw notFound(publisher)
      await work(trx)
      await this.#ports.audit?.({ actor: actor.name, subject: publisher, traceId, ...entry }, trx)
    })
  }
}

/** Who has a key shows it when he brings another. */
function requireEndorsed(
  publisher: string,
  { publicKey, endorsement }: NewPublisherKey,
  known: readonly PublisherKey[],
  now: number,
): void {
  if (known.length === 0) return
  const good = known.filter(
    ({ revokedAt, notAfter }) => revokedAt === null && (notAfter === null || notAfter > now),
  )
  const find = (keyid: string) => {
    const key = good.find((one) => one.keyid === keyid)
    return key === undefined ? undefined : publicKeyFrom(key.publicKey, 'ed25519')
  }
  if (isEndorsed({ publicKey, endorsement: endorsement ?? null }, { kind: 'ed25519', find })) return
  throw marketplaceErrors.create('KEY_UNENDORSED', { publisher })
}

function notFound(publisher: string): Error {
  return marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher })
}
