import type { Knex } from 'knex'
import { hostVersion } from '../host-version.ts'
import { listInstallations, listInstalled } from '../registry/registry-store.ts'
import { type Candidate, type Installed, ownRefusalsOf, refusalsOf } from '../registry/resolve.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { StopStack } from '../stop-stack.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { Origin } from '../trusted/allow-list.ts'
import { figuresByPlugin, type RunningFigures } from './running-figures.ts'
import { readDurations, readSetbacks, readTenantCalls } from './running-figures-store.ts'
import { runningByVersion } from './version-running.ts'

const DAY_MS = 86_400_000
const CALLS_MS = 30 * DAY_MS
const SETBACKS_MS = 90 * DAY_MS

/** How well something stands changes by days; what was published is listed by its own transaction. */
const EVERY_MS = 60_000

interface Ports {
  readonly knex: Knex
  readonly routing: { now(): number; readonly snapshot: Pick<Snapshot, 'generation'> }
  /** Brings the store's order to the figures. */
  readonly refresh: (figures: ReadonlyMap<string, RunningFigures>) => Promise<void>
  /** Tells who runs what he may have rated. */
  readonly noteRunning: (
    running: readonly { plugin: string; tenant: string }[],
    at: Date,
  ) => Promise<void>
  readonly isTrusted: (origin: Origin) => boolean
  readonly log: { warn(fields: object, message: string): void }
}

/** What the marketplace is told of how plugins do on this host. */
export function openRunning(ports: Ports, stops: StopStack) {
  const { knex, routing, refresh, noteRunning, isTrusted, log } = ports
  const since = (ms: number) => new Date(routing.now() - ms)
  const work = async () => {
    try {
      const all = { plugin: null }
      const calls = await readTenantCalls(knex, { ...all, since: since(CALLS_MS) })
      const setbacks = await readSetbacks(knex, { ...all, since: since(SETBACKS_MS) })
      await refresh(figuresByPlugin(calls, setbacks))
      await noteRunning(calls, since(0))
    } catch (err) {
      log.warn({ err }, 'the marketplace keeps its order: how plugins do cannot be read')
    }
  }
  const run = new RepeatedRun(work, EVERY_MS)
  run.start()
  stops.push(() => run.stop())
  const allInstalled = readByGeneration(routing, () => listInstalled(knex))
  return {
    running: async (plugin: string) => {
      const of = { plugin, since: since(CALLS_MS) }
      return runningByVersion(
        await readTenantCalls(knex, of),
        await readSetbacks(knex, { plugin, since: since(SETBACKS_MS) }),
        await readDurations(knex, of),
      )
    },
    /** Why it could not be installed beside what is there now; to who may not know of that, why on no host like this. */
    refusals: async (of: Omit<Candidate, 'isTrusted'> & Origin, knowsHost: boolean) =>
      knowsHost
        ? refusalsOf({ ...of, isTrusted: isTrusted(of) }, hostVersion, await allInstalled())
        : ownRefusalsOf(of, hostVersion),
    /** Versions that are there already. */
    installed: async (plugin: string) =>
      (await listInstallations(knex, plugin)).map(({ version }) => version),
  }
}

/** Every install and every removal makes a generation: manifests are read once for each, however many pages are asked for. */
export function readByGeneration(
  routing: Ports['routing'],
  read: () => Promise<readonly Installed[]>,
): () => Promise<readonly Installed[]> {
  let known:
    | { readonly generation: number; readonly all: Promise<readonly Installed[]> }
    | undefined
  return async () => {
    const { generation } = routing.snapshot
    if (known?.generation === generation) return known.all
    const now = { generation, all: read() }
    known = now
    try {
      return await now.all
    } catch (error) {
      // The next one tries again.
      if (known === now) known = undefined
      throw error
    }
  }
}
