import type { Knex } from 'knex'
import semver from 'semver'
import { marketplaceErrors } from '../errors.ts'
import { deleteDistTag, listDistTags, setDistTag } from '../packages/dist-tag-store.ts'
import { type PackageName, parseVersion } from '../packages/package-name.ts'
import { listVersions, lockHead, setRevision } from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import {
  findStanding,
  moveVersion,
  type VersionStanding,
} from '../packages/version-standing-store.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import { type Actor, OPERATOR } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import { requireOperator } from '../publishers/require-whole.ts'
import { relist } from '../search/listing-index.ts'
import { chosenStates, nextVersionState, type VersionCommand } from './version-states.ts'

export type WithdrawalCommand = Extract<VersionCommand, 'yank' | 'unyank' | 'block' | 'unblock'>

const actions = {
  yank: 'package.yanked',
  unyank: 'package.unyanked',
  block: 'package.blocked',
  unblock: 'package.unblocked',
} as const satisfies Readonly<Record<WithdrawalCommand, AuditEntry['action']>>

export interface Withdrawal {
  readonly actor: Actor
  readonly name: PackageName
  readonly version: string
  readonly command: WithdrawalCommand
  /** Told to everyone who asks for the version. */
  readonly reason: string
  readonly traceId: string
}

/**
 * Yanked: nobody is given it anew, and who has it keeps it. Blocked: hosts stop it. Its publisher yanks, the operator
 * does both; what the operator did, only the operator takes back.
 */
export class WithdrawalService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND`, `MKT_VERSION_STATE`, `MKT_WITHDRAWN_BY_OPERATOR`, `MKT_OPERATOR_ONLY` */
  async withdraw(asked: Withdrawal): Promise<Omit<VersionStanding, 'deprecation'>> {
    const { knex, now, randomBytes, audit } = this.#ports
    const { actor, name, command, reason, traceId } = asked
    const version = parseVersion(asked.version)
    const spec = `${name.full}@${version}`
    return knex.transaction(async (trx) => {
      const head = await lockHead(trx, name.full)
      const before = await findStanding(trx, name.full, version)
      if (head === undefined || before === undefined) throw notFound(spec)
      await authorizeChange(trx, actor, name, head.owner)
      requireOwn(asked, before, spec)
      const state = nextVersionState(before.state, command, before.deprecation !== null)
      if (state === undefined) {
        const words = { package: spec, state: before.state, wanted: command }
        throw marketplaceErrors.create('VERSION_STATE', words)
      }
      const after = { state, reason, by: actor.name }
      await moveVersion(trx, { name: name.full, version, ...after })
      const tags = chosenStates.includes(state) ? {} : await retag(trx, name.full, version)
      const at = new Date(now())
      const rev = nextRevision(head.rev, randomBytes(REVISION_BYTES))
      await setRevision(trx, { name: name.full, rev, at })
      await relist(trx, name.full)
      const details = { reason, from: before.state, to: state, tags }
      const action = actions[command]
      await audit?.({ actor: actor.name, action, subject: spec, traceId, details }, trx)
      return after
    })
  }
}

function requireOwn({ actor, command }: Withdrawal, before: VersionStanding, spec: string): void {
  // It stops what runs, on every host: more than a publisher's work on a package.
  if (command === 'block' || command === 'unblock') requireOperator(actor)
  if (actor.kind === 'operator') return
  if (command === 'unyank' && before.by === OPERATOR) {
    const words = { package: spec, reason: before.reason ?? '' }
    throw marketplaceErrors.create('WITHDRAWN_BY_OPERATOR', words)
  }
}

/**
 * No tag leads to it any more: `latest` goes to the highest release that is left, the others end. Where nothing is left
 * `latest` stays, since npm cannot read a package without; whoever follows it is told why there is nothing to install.
 * @returns where the tags lead now; null: it is gone
 */
async function retag(
  trx: Knex.Transaction,
  name: string,
  version: string,
): Promise<Readonly<Record<string, string | null>>> {
  const left = (await listVersions(trx, name)).toSorted(semver.rcompare)
  const latest = left.find((one) => semver.prerelease(one) === null) ?? left[0]
  const moved: Record<string, string | null> = {}
  for (const [tag, target] of Object.entries(await listDistTags(trx, name))) {
    if (target !== version) continue
    if (tag !== 'latest') await deleteDistTag(trx, { name, tag })
    else if (latest === undefined) continue
    else await setDistTag(trx, { name, tag, version: latest })
    moved[tag] = tag === 'latest' ? (latest ?? null) : null
  }
  return moved
}

function notFound(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
