import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { isDueToRotate, rotationOf, signingKey, type TokenKey } from './token-key.ts'
import { deleteOver, insertTokenKey, listTokenKeys, lockRotation } from './token-key-store.ts'
import type { TokenKeyVault } from './token-key-vault.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach' | 'snapshot'>
  readonly vault: TokenKeyVault
  /** Milliseconds since the epoch, by PostgreSQL's clock. */
  readonly now: () => number
}

/** What a rotation came to; instants are ISO 8601. */
export interface RotatedTokenKey {
  readonly kid: string
  readonly signsFrom: string
  /** Of those before it. */
  readonly othersEndAt: string
}

/** Not due after all: another node was first. */
class NotDue extends Error {}

const host: Caller = { actor: 'host', traceId: null }

/** Makes keys that sign tokens: the first when a client is made, the next each month, and whenever it is asked for. */
export class TokenKeyService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_HOST_KEY_ABSENT: a host that can seal no key can sign no token */
  async ensure(): Promise<void> {
    const { routing, now } = this.#ports
    if (signingKey(routing.snapshot.tokenKeys.values(), now()) !== undefined) return
    await this.#rotateIf(host, (keys) => signingKey(keys, now()) === undefined, false)
  }

  /** @param isAtOnce what the others signed is refused from now on */
  async rotate(caller: Caller, isAtOnce: boolean): Promise<RotatedTokenKey> {
    return (await this.#rotateIf(caller, () => true, isAtOnce)) as RotatedTokenKey
  }

  /** What is due on any node: the next key, and forgetting what verifies nothing any more. */
  async tend(): Promise<void> {
    const { knex, routing, now } = this.#ports
    await deleteOver(knex, now())
    const isDue = (keys: readonly TokenKeyTimes[]) => isDueToRotate(asKeys(keys), now())
    if (isDueToRotate(routing.snapshot.tokenKeys.values(), now())) {
      await this.#rotateIf(host, isDue, false)
    }
  }

  async #rotateIf(
    caller: Caller,
    isDue: (keys: readonly TokenKey[]) => boolean,
    isAtOnce: boolean,
  ): Promise<RotatedTokenKey | undefined> {
    const { knex, routing, vault, now } = this.#ports
    // Before the lock: to make one takes a tenth of a second.
    const made = await vault.make()
    const change = {
      ...caller,
      action: 'token.key_rotated',
      subject: made.kid,
      tenant: null,
      detail: { isAtOnce },
    }
    try {
      const { result, generation } = await commitRoutedChange(knex, change, async (trx) => {
        await lockRotation(trx)
        const keys = asKeys(await listTokenKeys(trx))
        if (!isDue(keys)) throw new NotDue()
        const at = now()
        const rotation = rotationOf(keys, at, isAtOnce)
        await insertTokenKey(trx, { ...made, createdAt: at }, rotation)
        return rotation
      })
      await routing.reach(generation)
      return {
        kid: made.kid,
        signsFrom: new Date(result.signsFrom).toISOString(),
        othersEndAt: new Date(result.endsAt).toISOString(),
      }
    } catch (error) {
      if (error instanceof NotDue) return undefined
      throw error
    }
  }
}

type TokenKeyTimes = Pick<TokenKey, 'kid' | 'signsFrom' | 'endsAt'>

/** Rules of time ask for nothing else. */
function asKeys(keys: readonly TokenKeyTimes[]): readonly TokenKey[] {
  return keys.map((key) => ({ ...key, publicJwk: {} }))
}
