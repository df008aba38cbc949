import type { Knex } from 'knex'
import type { HostSigner } from '../sealing/host-signer.ts'
import { verifiedStatement } from '../sealing/host-signer.ts'
import { inBites } from '../storage/in-bites.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { GENESIS, type Head, TOMBSTONE_TYPE, type Tombstone } from './chain.ts'
import { findTombstone, readLinks, takeRetentionTurn } from './chain-store.ts'
import { ChainVerifier, type Link } from './chain-verifier.ts'
import { recordChange } from './change.ts'
import { listPolicies, type RetentionPolicy, removeBelow } from './retention-store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Less than a quarter tells nothing to whoever looks into something that was found late. */
export const MIN_KEEP_DAYS = 90
export const MAX_KEEP_DAYS = 36_500

/** Links of one transaction. */
const BITE = 2000
/** Of one chain in one run: the next goes on. */
const MAX_BITES = 100
const PAGE = 200

interface Ports {
  readonly knex: Knex
  readonly signer: Pick<HostSigner, 'sign' | 'publicKeys'>
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Lets old entries go, from the beginning of a chain on, and signs a tombstone in their place, so that the rest still
 * verifies. What does not verify stays: a signature over it would hide what was done to it.
 */
export class AuditRetention {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#run(), HOUR_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#runs.stop()
  }

  /** Never rejects. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #run(): Promise<void> {
    const { knex, log } = this.#ports
    try {
      for (let after = ''; !this.#isStopped; ) {
        const policies = await listPolicies(knex, after, PAGE)
        for (const policy of policies) await this.#retire(policy)
        if (policies.length < PAGE) return
        after = policies.at(-1)?.chain ?? ''
      }
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'old audit entries could not be removed')
    }
  }

  async #retire({ chain, keepDays }: RetentionPolicy): Promise<void> {
    const days = Math.max(MIN_KEEP_DAYS, keepDays)
    const before = new Date(this.#ports.now() - days * DAY_MS).toISOString()
    await inBites(() => retireBite(this.#ports, { chain, before, limit: BITE }), {
      size: BITE,
      most: MAX_BITES,
      isStopped: () => this.#isStopped,
    })
  }
}

/** @returns how many entries left */
export async function retireBite(
  { knex, signer, now, log }: Ports,
  { chain, before, limit }: { chain: string; before: string; limit: number },
): Promise<number> {
  const keys = await signer.publicKeys()
  return knex.transaction(async (trx) => {
    if (!(await takeRetentionTurn(trx))) return 0
    const stone = await findTombstone(trx, chain)
    const said = stone && (await verifiedStatement<Tombstone>(stone.jws, TOMBSTONE_TYPE, keys))
    const from: Head = said ?? GENESIS
    // One more than may go: the newest link stays, for the next to follow.
    const links = await readLinks(trx, { chain, after: from.number, limit: limit + 1 })
    const old = oldLinks(links, before, limit)
    if (old.length === 0) return 0
    const verifier = new ChainVerifier(chain, from)
    for (const link of old) verifier.link(link)
    if (verifier.fault !== undefined || (stone !== undefined && said === undefined)) {
      log.warn(
        { chain, fault: verifier.fault },
        'the audit does not verify: nothing of it is removed',
      )
      return 0
    }
    const { number, hash } = verifier.head
    const tombstone: Tombstone = { chain, number, hash, before, at: new Date(now()).toISOString() }
    const jws = await signer.sign(TOMBSTONE_TYPE, tombstone)
    await removeBelow(trx, { chain, number, jws })
    await recordChange(trx, retired(chain, { count: old.length, upTo: number, before }), null)
    return old.length
  })
}

/** Up to the first that is not old: a chain has no holes. */
function oldLinks(links: readonly Link[], before: string, limit: number): readonly Link[] {
  const young = links.findIndex(({ seal }) => seal.sealedAt >= before)
  const end = young < 0 ? links.length - 1 : young
  return links.slice(0, Math.max(0, Math.min(end, limit)))
}

function retired(chain: string, detail: Readonly<Record<string, unknown>>) {
  const tenant = chain.startsWith(':') ? null : chain
  return { actor: 'host', action: 'audit.retired', subject: chain, tenant, traceId: null, detail }
}
