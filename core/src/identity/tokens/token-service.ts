import type { InputFault } from '@signalbox/sdk/errors'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { loadGrants } from '../access/access-store.ts'
import type { Asker } from '../asker.ts'
import { type Action, mayAttempt, permissionReach } from '../authorise.ts'
import type { UserPrincipal } from '../principal.ts'
import { requireHandOut } from '../roles/require-hand-out.ts'
import { heldContents } from '../roles/role-store.ts'
import type { User } from '../users/user.ts'
import { lockUser } from '../users/user-store.ts'
import { type ApiToken, MAX_TOKENS, makeApiToken } from './api-token.ts'
import { countTokens, insertToken, revokeToken } from './token-store.ts'

export interface TokenWish {
  readonly label: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
  readonly days: number
}

/** Makes and revokes tokens of users and of service accounts. Revoked is out on every node within a second. */
export class TokenService {
  readonly #changes: AccessChanges
  readonly #now: () => number

  constructor(changes: AccessChanges, now: () => number) {
    this.#changes = changes
    this.#now = now
  }

  /**
   * @returns the token itself, shown this once
   * @throws CORE_INPUT_INVALID for what its owner may not do, CORE_API_TOKEN_LIMIT, CORE_USER_MISSING
   */
  async create(
    asker: Asker,
    owner: { readonly tenant: string; readonly user: string },
    { label, actions, permissions, days }: TokenWish,
  ): Promise<ApiToken & { readonly token: string }> {
    const { tenant, user } = owner
    const detail = { user, label, actions, permissions, days }
    const change = { ...who(asker), action: 'api_token.created', subject: user, tenant, detail }
    return this.#changes.commit(change, async (trx) => {
      const found = await lockUser(trx, tenant, user)
      if (found === undefined) throw coreErrors.create('USER_MISSING', { tenant, user })
      await this.#requireOwner(trx, asker, found)
      if ((await countTokens(trx, owner)) >= MAX_TOKENS) {
        throw coreErrors.create('API_TOKEN_LIMIT', { limit: MAX_TOKENS })
      }
      const { grants } = await loadGrants(trx, tenant, user)
      requireHeld({ ...ownerOf(found), grants }, actions, permissions)
      const { text, id, hash } = makeApiToken(found.kind)
      const expiresAt = new Date(this.#now() + days * 86_400_000).toISOString()
      const token = { id, tenant, user, label, actions, permissions, expiresAt }
      await insertToken(trx, token, hash)
      return { ...token, token: text }
    })
  }

  /** @throws CORE_TOKEN_MISSING */
  async revoke(
    asker: Asker,
    owner: { readonly tenant: string; readonly user: string },
    id: string,
  ): Promise<void> {
    const { tenant, user } = owner
    const change = {
      ...who(asker),
      action: 'api_token.revoked',
      subject: id,
      tenant,
      detail: { user },
    }
    await this.#changes.commit(change, async (trx) => {
      if (!(await revokeToken(trx, owner, id))) {
        throw coreErrors.create('TOKEN_MISSING', { tenant, token: id })
      }
    })
  }

  /**
   * One's own by a session, since a token would else make a broader one of its owner; or a service account's that may do no
   * more than the asker: never another person's.
   */
  async #requireOwner(
    trx: Parameters<typeof heldContents>[0],
    asker: Asker,
    { tenant, id, kind, state }: User,
  ): Promise<void> {
    const { principal } = asker
    if (principal.kind === 'user' && principal.user === id && principal.scope === null) return
    if (kind !== 'service' || state !== 'active') {
      throw coreErrors.create('USER_COMMAND_REFUSED', { user: id, state, command: 'token' })
    }
    requireHandOut(asker, await heldContents(trx, tenant, id))
  }
}

const who = ({ actor, traceId }: Asker) => ({ actor, traceId })

/** The owner as he would act by himself. */
function ownerOf({ tenant, id, kind }: User): Omit<UserPrincipal, 'grants'> {
  const isService = kind === 'service'
  return { kind: 'user', tenant, user: id, isService, proof: '', scope: null }
}

/** The one function says what the owner may do by a token that names this and no more. */
function requireHeld(
  owner: UserPrincipal,
  actions: readonly string[],
  permissions: readonly string[],
): void {
  const held = permissionReach(owner)
  const scope = { actions: new Set(actions), permissions: new Set(permissions) }
  const token: UserPrincipal = { ...owner, scope }
  const faults: InputFault[] = [
    ...actions.flatMap((action, index) =>
      mayAttempt(token, action as Action)
        ? []
        : [{ pointer: `/actions/${index}`, detail: `the owner may not ${action} by such a token` }],
    ),
    ...permissions.flatMap((permission, index) =>
      held.has(permission)
        ? []
        : [{ pointer: `/permissions/${index}`, detail: `the owner does not hold ${permission}` }],
    ),
  ]
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
