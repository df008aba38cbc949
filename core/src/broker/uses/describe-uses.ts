import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { findBinding, listGrants } from '../../registry/binding-store.ts'
import { requestedCapabilities } from '../../registry/consent.ts'
import { findInstallation, hasPlugin, stableVersion } from '../../registry/registry-store.ts'
import { type HeldGrant, narrowing, type Proposal } from './narrowing.ts'
import type { UseSum } from './use-ledger.ts'
import type { UseRecorder } from './use-recorder.ts'
import { listUses } from './use-store.ts'

interface Ports {
  readonly knex: Knex
  readonly uses: Pick<UseRecorder, 'flush'>
  /** Capabilities whose use the host sees. */
  readonly visible: ReadonlySet<string>
  readonly now: () => number
}

/** A version with all its grants and facets has fewer, unless it asks for what it was not given. */
const MAX_ROWS = 1000

/**
 * What a plugin used in a tenant, and what could be taken back of its grants.
 * @throws CORE_PLUGIN_MISSING
 */
export async function describeUses(
  { knex, uses, visible, now }: Ports,
  tenant: string,
  plugin: string,
  minDays: number,
) {
  if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  await uses.flush()
  const binding = await findBinding(knex, tenant, plugin)
  const version = binding?.pinnedVersion ?? (await stableVersion(knex, plugin)) ?? undefined
  const all = await listUses(knex, { tenant, plugin, version: undefined }, MAX_ROWS)
  const own =
    version === undefined ? [] : await listUses(knex, { tenant, plugin, version }, MAX_ROWS + 1)
  // More than can be looked at: what is left out might be what a grant is there for.
  const isWhole = own.length <= MAX_ROWS
  const grants = await heldGrants(knex, tenant, plugin, version)
  const observed = { uses: own, visible, now: now(), minDays }
  const proposals = isWhole ? narrowing(grants, observed) : []
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}/grants`
  return {
    version: version ?? null,
    minDays,
    uses: all.map(shownUse),
    proposals: proposals.map((proposal) => shownProposal(proposal, path)),
  }
}

async function heldGrants(
  knex: Knex,
  tenant: string,
  plugin: string,
  version: string | undefined,
): Promise<HeldGrant[]> {
  const installation =
    version === undefined ? undefined : await findInstallation(knex, plugin, version)
  const wishes = installation === undefined ? [] : requestedCapabilities(installation.manifest)
  const needed = new Set(wishes.filter(({ optional }) => !optional).map(({ hash }) => hash))
  const grants = await listGrants(knex, tenant, plugin)
  return grants.map(({ id, capability, parameters, hash, grantedAt }) => ({
    id,
    capability,
    parameters,
    grantedAt: Date.parse(grantedAt),
    optional: !needed.has(hash),
  }))
}

function shownUse({ tenant: _, plugin: __, firstAt, lastAt, totalMs, ...use }: UseSum) {
  return {
    ...use,
    totalMs: Math.round(totalMs * 1000) / 1000,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
  }
}

/** With the request that does it: nothing is left to be put together by hand. */
function shownProposal({ seen, parameters, ...proposal }: Proposal, path: string) {
  const at = `${path}/${proposal.grant}`
  return {
    ...proposal,
    seen: { ...seen, from: new Date(seen.from).toISOString(), to: new Date(seen.to).toISOString() },
    request:
      parameters === undefined
        ? { method: 'DELETE', path: at }
        : { method: 'PUT', path: at, body: { parameters } },
  }
}
