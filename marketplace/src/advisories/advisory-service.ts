import type { InputFault } from '@signalbox/sdk/errors'
import { marketplaceErrors } from '../errors.ts'
import { parsePackageName } from '../packages/package-name.ts'
import { findHead } from '../packages/package-store.ts'
import type { AccountPorts } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { type Advisory, affects, isRange, isWebAddress, type NewAdvisory } from './advisory.ts'
import {
  findAdvisory,
  findForPackages,
  insertAdvisory,
  listAdvisories,
  withdrawAdvisory,
} from './advisory-store.ts'

type Ports = Pick<AccountPorts, 'knex' | 'now' | 'audit'>

/** Known weaknesses of packages: the operator tells of them, and `npm audit` finds them. */
export class AdvisoryService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param installed versions by package @returns those of which a version is installed, by package */
  async affecting(
    installed: ReadonlyMap<string, readonly string[]>,
  ): Promise<ReadonlyMap<string, readonly Advisory[]>> {
    const known = await findForPackages(this.#ports.knex, [...installed.keys()])
    const found = known.filter((one) => affects(one, installed.get(one.package) ?? []))
    return Map.groupBy(found, (one) => one.package)
  }

  list(page: { limit: number; cursor?: number }): Promise<readonly Advisory[]> {
    return listAdvisories(this.#ports.knex, page)
  }

  /** @throws `MKT_ADVISORY_NOT_FOUND` */
  async get(id: number): Promise<Advisory> {
    return (await findAdvisory(this.#ports.knex, id)) ?? Promise.reject(notFound(id))
  }

  /** @throws `MKT_INPUT_INVALID`, `MKT_PACKAGE_NOT_FOUND` */
  async create(given: NewAdvisory, actor: Actor, traceId: string): Promise<Advisory> {
    const faults = faultsOf(given)
    if (faults.length > 0) throw marketplaceErrors.create('INPUT_INVALID', {}, { faults })
    const { full } = parsePackageName(given.package)
    return this.#ports.knex.transaction(async (trx) => {
      if ((await findHead(trx, full)) === undefined) {
        throw marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: full })
      }
      const advisory = await insertAdvisory(trx, given, new Date(this.#ports.now()))
      const { id, severity, vulnerableVersions } = advisory
      const details = { id, severity, vulnerableVersions }
      const entry = { actor: actor.name, subject: full, traceId, details }
      await this.#ports.audit?.({ ...entry, action: 'advisory.created' }, trx)
      return advisory
    })
  }

  /** @throws `MKT_ADVISORY_NOT_FOUND` also when it was withdrawn before */
  async withdraw(id: number, actor: Actor, traceId: string): Promise<void> {
    await this.#ports.knex.transaction(async (trx) => {
      const subject = await withdrawAdvisory(trx, id, new Date(this.#ports.now()))
      if (subject === undefined) throw notFound(id)
      const entry = { actor: actor.name, subject, traceId, details: { id } }
      await this.#ports.audit?.({ ...entry, action: 'advisory.withdrawn' }, trx)
    })
  }
}

function faultsOf({ vulnerableVersions, url }: NewAdvisory): InputFault[] {
  const faults: InputFault[] = []
  if (!isRange(vulnerableVersions)) {
    faults.push({ pointer: '/vulnerableVersions', detail: 'is not a semver range such as <1.4.2' })
  }
  if (url !== undefined && !isWebAddress(url)) {
    faults.push({ pointer: '/url', detail: 'is not an address that begins with https://' })
  }
  return faults
}

function notFound(advisory: number): Error {
  return marketplaceErrors.create('ADVISORY_NOT_FOUND', { advisory })
}
