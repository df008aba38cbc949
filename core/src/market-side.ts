import { createPublicKey, randomBytes } from 'node:crypto'
import {
  type AuditEntry,
  marketplace,
  PackageSource as Packages,
  publisherRoutes,
  RegistryKeys,
  signOlderVersion,
  signOlderVersions,
} from '@signalbox/marketplace'
import { inspectPackage } from '@signalbox/sandbox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { recordChange } from './audit/change.ts'
import type { State } from './host-state.ts'
import type { Authenticator } from './identity/authenticate.ts'
import type { PackageSource } from './registry/package-source.ts'
import type { HostKeys } from './sealing/host-keys.ts'
import { SealedPrivateKeys } from './sealing/sealed-private-keys.ts'
import type { Settings } from './settings.ts'
import type { StopStack } from './stop-stack.ts'
import { isDatabaseUnavailable } from './storage/database-unavailable.ts'

/** The store that this host keeps, joined to the rest of it. */
interface MarketParts {
  readonly settings: Settings
  readonly state: State
  readonly registryKeys: RegistryKeys | undefined
  readonly options: { readonly log: FastifyBaseLogger }
}

/** The npm face, and the accounts and keys of publishers. */
export async function registerMarketplace(
  scope: FastifyInstance,
  { settings, state, registryKeys, options }: MarketParts,
  authenticator: Authenticator,
  stops: StopStack,
): Promise<void> {
  const accounts = {
    knex: state.knex,
    isOperatorToken: (token: string) => authenticator.isOperator(token),
    isDatabaseUnavailable,
    now: Date.now,
    randomBytes,
    audit: (entry: AuditEntry, trx: Knex.Transaction) => recordMarketChange(entry, trx),
    ...(registryKeys === undefined ? {} : { registryKeys }),
  }
  await scope.register(marketplace, {
    ...accounts,
    prefix: '/npm',
    contents: state.contents,
    inspectPackage,
    publicUrl: (request) => `${settings.publicUrl ?? `${request.protocol}://${request.host}`}/npm`,
  })
  const onSignsOlder = signingOlder({ ...accounts, ...state, log: options.log }, stops)
  await scope.register(publisherRoutes, { ...accounts, onSignsOlder, prefix: '/v1/marketplace' })
}

/** @returns undefined on a host that can keep no secret */
export async function openRegistryKeys(
  { knex }: State,
  hostKeys: HostKeys,
): Promise<RegistryKeys | undefined> {
  if (!hostKeys.arePresent) return undefined
  const wrapping = hostKeys.for('signalbox registry keys')
  const sealer = new SealedPrivateKeys(wrapping, (name) => ['registry key', name])
  const keys = new RegistryKeys({ knex, sealer, now: Date.now })
  await keys.start()
  return keys
}

/** Where the host installs from: its own marketplace, without HTTP. */
export function packageSource(
  { knex, contents }: Pick<State, 'knex' | 'contents'>,
  keys: RegistryKeys | undefined,
  log: FastifyBaseLogger,
): PackageSource {
  const packages = new Packages({ knex, contents })
  const now = Date.now
  return {
    versions: (name) => packages.versions(name),
    fetch: async (name, version) => {
      const found = await packages.fetch(name, version)
      if (keys === undefined || found === undefined || found.signature !== null) return found
      // What is being signed behind the start is not waited for by who calls it meanwhile.
      const ports = { knex, contents, keys, now, randomBytes, log }
      return (await signOlderVersion(ports, name, version)) ? packages.fetch(name, version) : found
    },
    keys: () => keysOf(keys),
  }
}

async function keysOf(keys: RegistryKeys | undefined) {
  if (keys === undefined) return undefined
  const trusted = await keys.trusted()
  return new Map(trusted.map(({ keyid, privateKey }) => [keyid, createPublicKey(privateKey)]))
}

/** Signs behind the requests what was published without a key; one run at a time on this node. @returns begins another */
function signingOlder(
  ports: Omit<Parameters<typeof signOlderVersions>[0], 'keys'> & { registryKeys?: RegistryKeys },
  stops: StopStack,
): () => void {
  const { registryKeys: keys, log } = ports
  if (keys === undefined) return () => undefined
  const stopping = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  const begin = () => {
    running = running
      .then(() => signOlderVersions({ ...ports, keys }, stopping.signal))
      .catch((err: unknown) => log.warn({ err }, 'older versions cannot be signed'))
  }
  begin()
  stops.push(() => {
    stopping.abort()
    return running
  })
  return begin
}

/** One rotation of the host's key for all that is sealed by it. */
export function rewrapAll(
  all: readonly ({ rewrap(trx: Knex.Transaction): Promise<number> } | undefined)[],
) {
  return async (trx: Knex.Transaction): Promise<number> => {
    let count = 0
    for (const one of all) count += (await one?.rewrap(trx)) ?? 0
    return count
  }
}

/** The marketplace's changes stand in the same audit and outbox as the host's own. */
async function recordMarketChange(entry: AuditEntry, trx: Knex.Transaction): Promise<void> {
  const { actor, action, subject, traceId, details } = entry
  await recordChange(trx, { actor, action, subject, traceId, tenant: null, detail: details }, null)
}
