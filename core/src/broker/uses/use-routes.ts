import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { callerOf } from '../../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../../gateway/http-schemas.ts'
import { findBinding, listGrants } from '../../registry/binding-store.ts'
import { requestedCapabilities } from '../../registry/consent.ts'
import { findInstallation, hasPlugin, stableVersion } from '../../registry/registry-store.ts'
import { narrowGrant } from './narrow-service.ts'
import { type HeldGrant, narrowing, type Proposal } from './narrowing.ts'
import type { UseSum } from './use-ledger.ts'
import type { UseRecorder } from './use-recorder.ts'
import { listUses } from './use-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: { reach(generation: number): Promise<void> }
  readonly uses: UseRecorder
  readonly visible: ReadonlySet<string>
  readonly now: () => number
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const named = { tenant: idSchema, name: pluginNameSchema } as const
const grantSchema = { type: 'string', pattern: '^grt_[0-9a-f]{16}$' } as const

/** As long as a completed rollout can be taken back: then the version has shown what it does. */
const MIN_DAYS = 7

/** A version with all its grants and facets has fewer, unless it asks for what it was not given. */
const MAX_ROWS = 1000

/** What a plugin really used of its grants, what it could do without, and doing so. */
export function useRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Params: Named; Querystring: { minDays: number } }>(
    '/v1/tenants/:tenant/plugins/:name/uses',
    {
      config: { action: 'use.read' },
      schema: {
        tags,
        summary: 'What a plugin used of its grants, and what could be taken back',
        params: strictObject(named, ['tenant', 'name']),
        querystring: strictObject(
          { minDays: { type: 'integer', minimum: 0, maximum: 100, default: MIN_DAYS } },
          [],
        ),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      return describeUses(ports, tenant, name, request.query.minDays)
    },
  )
  app.put<{
    Params: Named & { grant: string }
    Body: { parameters: Readonly<Record<string, unknown>> }
  }>(
    '/v1/tenants/:tenant/plugins/:name/grants/:grant',
    {
      config: { action: 'grant.write' },
      schema: {
        tags,
        summary: 'Put a narrower grant in the place of one',
        params: strictObject({ ...named, grant: grantSchema }, ['tenant', 'name', 'grant']),
        body: strictObject({ parameters: { type: 'object' } }, ['parameters']),
      },
    },
    async (request) => {
      const { tenant, name: plugin, grant } = request.params
      const { parameters } = request.body
      const owner = { tenant, plugin, grant }
      const { hash: _, ...shown } = await narrowGrant(ports, callerOf(request), owner, parameters)
      return shown
    },
  )
}

async function describeUses(
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
