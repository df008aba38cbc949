import { Refusal } from '@signalbox/sdk'
import { EMPTY } from '../evidence/chain.ts'
import type { Policy } from '../policies/policy.ts'
import type { FieldValues } from '../routing/condition.ts'
import { depths } from '../routing/groups.ts'
import { fieldsOf, type Role, requireValues, type Template } from '../templates/template.ts'
import type { Envelope, Recipient } from './envelope.ts'

export interface GivenRecipient {
  readonly role: string
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly organisation?: string
  readonly user?: string
  /** Of a role that seals: which seal of the organisation. */
  readonly seal?: string
}

export interface EnvelopeWish {
  readonly envelope: string
  readonly version: number
  readonly at: string
  readonly by: string
  readonly title?: string
  readonly orderId?: string
  readonly expiresAt?: string
  readonly data: Readonly<Record<string, unknown>>
  readonly recipients: readonly GivenRecipient[]
}

const DAY_MS = 86_400_000

/**
 * An envelope of a template, a draft yet and without its documents.
 * @throws Refusal RECIPIENTS_INVALID, VALUE_INVALID, VALUE_MISSING, EXPIRY_INVALID
 */
export function makeEnvelope(template: Template, policy: Policy, wish: EnvelopeWish): Envelope {
  const { at, by, orderId } = wish
  const recipients = recipientsOf(template, policy, wish.recipients)
  const values = requireValues(fieldsOf(template), wish.data, undefined)
  const latest = new Date(Date.parse(at) + policy.expireDays * DAY_MS).toISOString()
  const expiresAt = wish.expiresAt === undefined ? latest : new Date(wish.expiresAt).toISOString()
  if (expiresAt <= at)
    throw new Refusal('EXPIRY_INVALID', '`expiresAt` is over: name a later instant.')
  return {
    ...{ envelope: wish.envelope, title: wish.title ?? template.title, state: 'draft' },
    ...(orderId === undefined ? {} : { orderId }),
    ...{
      template: `${template.template}@${wish.version}`,
      createdAt: at,
      createdBy: by,
      expiresAt,
    },
    ...{ policy, roles: template.roles, groups: template.groups },
    ...(template.contract === undefined ? {} : { contract: template.contract }),
    ...{ values, recipients, documents: [], head: EMPTY, upgrades: [], revision: 0 },
  }
}

function recipientsOf(
  { roles, groups }: Template,
  { proofs }: Policy,
  given: readonly GivenRecipient[],
): readonly Recipient[] {
  const depth = depths(groups)
  for (const one of given) {
    if (!roles.some(({ role }) => role === one.role)) throw invalid(`there is no role ${one.role}`)
  }
  return roles.flatMap((role, index) => {
    const [one, second] = given.filter((each) => each.role === role.role)
    if (second !== undefined) throw invalid(`role ${role.role} is given twice`)
    if (one === undefined) {
      if (role.optional === true) return []
      throw invalid(`nobody has role ${role.role}`)
    }
    requireReachable(role, one, proofs)
    if ((role.kind === 'seal') !== (one.seal !== undefined)) {
      throw invalid(
        `role ${role.role} is ${role.kind === 'seal' ? 'a seal: say which' : 'no seal'}`,
      )
    }
    const group = groups.find(({ roles: own }) => own.includes(role.role))
    const order =
      group === undefined ? Math.max(...depth.values()) + 1 : (depth.get(group.group) ?? 1)
    const fresh = { state: 'waiting', doors: [], links: [], read: {}, reminders: 0 } as const
    return [
      {
        ...one,
        ...fresh,
        recipient: `r${index + 1}`,
        kind: role.kind,
        order: Math.min(order, 100),
      },
    ]
  })
}

/** @throws Refusal RECIPIENTS_INVALID where somebody could not show who he is by any proof of the policy */
export function requireReachable(
  { kind, role }: Pick<Role, 'kind' | 'role'>,
  { email, phone, user }: Pick<GivenRecipient, 'email' | 'phone' | 'user'>,
  proofs: Policy['proofs'],
): void {
  if (kind === 'seal') return
  if (kind === 'copy') {
    if (email === undefined && user === undefined)
      throw invalid(`${role} gets a copy, but has no address`)
    return
  }
  const isPossible = {
    link: email !== undefined || phone !== undefined,
    account: user !== undefined,
    'mail-code': email !== undefined,
    'sms-code': phone !== undefined,
    totp: user !== undefined,
    passkey: user !== undefined,
  }
  if (proofs.some((proof) => isPossible[proof])) return
  throw invalid(
    `${role} can show who he is by none of: ${proofs.join(', ')}. Give an e-mail, a phone or a user`,
  )
}

/** Values as documents show them: the sender's, before anybody signs. */
export function drawnValues(values: FieldValues): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? value : String(value),
    ]),
  )
}

function invalid(why: string): Refusal {
  return new Refusal('RECIPIENTS_INVALID', `The envelope cannot be sent to these people: ${why}.`)
}
