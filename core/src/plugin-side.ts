import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { CapabilityPorts } from './broker/capabilities.ts'
import type { GuestPorts } from './broker/guest-ports.ts'
import type { Outbound } from './broker/http/open-outbound.ts'
import { type OpenBroker, openBroker } from './broker/open-broker.ts'
import type { CallerPorts } from './broker/service-caller.ts'
import type { GrantUse } from './broker/uses/grant-uses.ts'
import { type OpenUses, openUses } from './broker/uses/open-uses.ts'
import { openLevels } from './catalog/levels/open-levels.ts'
import { ToldRuns } from './catalog/lineage/told-runs.ts'
import { ContributionsNews } from './contributions/contributions-news.ts'
import type { EventStreams } from './events/event-streams.ts'
import { type Events, openEvents } from './events/open-events.ts'
import { hostEventRoutes } from './host-events/host-event-routes.ts'
import { openHostNews } from './host-events/open-host-news.ts'
import type { State } from './host-state.ts'
import { jobRoutes } from './jobs/job-routes.ts'
import { openJobs } from './jobs/open-jobs.ts'
import { keyRoutes } from './keys/key-routes.ts'
import { sweepOneTimeKeys } from './keys/one-time/one-time-key-sweep.ts'
import { openLinks } from './links/open-links.ts'
import { openMeter } from './meter/open-meter.ts'
import { DocumentRollouts } from './rollout/documents/document-rollouts.ts'
import { countBusinessEvents } from './rollout/judge/count-business-event.ts'
import type { RolloutService } from './rollout/rollout-service.ts'
import type { Settings } from './settings.ts'
import type { StopStack } from './stop-stack.ts'
import type { Tracing } from './tracing/open-tracing.ts'
import { hookRoutes, receiveRoute } from './webhooks/hook-routes.ts'
import { openHooks } from './webhooks/open-hooks.ts'
import { openWebhooksOut } from './webhooks-out/open-webhooks-out.ts'

interface Ports extends Pick<CallerPorts, 'internal' | 'rollouts'> {
  readonly settings: Settings
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
  readonly outbound: Outbound
  readonly state: State
  readonly runGuest: GuestPorts['runGuest']
  readonly resources: CapabilityPorts['resources']
  /** Moves rollouts; `rollouts` counts what their versions do. */
  readonly releases: Pick<RolloutService, 'command'>
  readonly registry: Registry
  readonly tracing: Tracing | undefined
  readonly log: FastifyBaseLogger
}

export interface PluginSide {
  readonly broker: OpenBroker
  readonly streams: EventStreams
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): Promise<void>
  start(): void
  /** What was counted of plugins' uses is written now. */
  flush(): Promise<void>
}

/** What plugins can ask for, and what comes to them unasked. Each needs the other, so each is asked for it late. */
export function openPlugins(ports: Ports, stops: StopStack): PluginSide {
  const { settings, issuer, outbound, state, runGuest, resources, registry, tracing, log } = ports
  const { knex, routing, due } = state
  const snapshot = () => routing.snapshot
  const onUse = (use: GrantUse) => uses.recorder.add(use)
  const onTold = () => events.tell()
  const runs = new ToldRuns({ knex, snapshot, now: Date.now, onTold, log })
  const entry = () => broker.guests
  const jobs = openJobs({ knex, snapshot, registry, due, entry, onUse, runs, log })
  const meters = openMeter({ knex, log })
  sweepOneTimeKeys({ knex, now: Date.now, log }, stops)
  const broker: OpenBroker = openBroker({
    ...state,
    ...{ runGuest, resources, tracing, internal: ports.internal },
    rollouts: ports.rollouts,
    keys: state.keys.calls,
    httpFetch: outbound.httpFetch,
    forTrusted: outbound.forTrusted,
    events: () => events.publisher,
    documents: openDocuments(ports),
    jobs: jobs.service,
    meter: meters.recorder,
    onUse: (use) => uses.onHostCall(use),
    drainMs: settings.drainMs,
    publicUrl: publicUrlOf(settings),
    log,
  })
  const uses: OpenUses = openUses({ knex, registry, routing, calls: broker.calls, log })
  // Before what may still use something is opened, so that it is stopped after it.
  for (const job of [uses.retired, uses.recorder, meters.recorder]) stops.push(() => job.stop())
  const { runEntry } = broker
  const reach = (at: number) => routing.reach(at)
  const count = countBusinessEvents({ snapshot, countersOf: (id) => ports.rollouts.countersOf(id) })
  const called = { ...state, issuer, snapshot, runEntry, onUse, registry, log }
  const events: Events = openEvents({ ...called, reach, count, hints: routing.hints }, stops)
  const news = new ContributionsNews({ knex, snapshot, onTold, now: Date.now, log })
  routing.follow(() => news.look())
  const hostNews = openHostNews({ knex, routing, registry, due, onTold, log }, stops)
  const levels = openLevels({ knex, routing, registry, log }, stops)
  const webhooks = openWebhooksOut({ ...state, settings, registry, news: events.news, log }, stops)
  const hooks = openHooks({ ...state, snapshot, handle: runEntry, onUse, log }, stops)
  const links = openLinks({ ...called, caller: broker.caller, publicUrl: publicUrlOf(settings) })
  return {
    broker,
    streams: events.streams,
    flush: () => uses.recorder.flush(),
    async routes(scope) {
      outbound.secretRoutes(scope)
      jobRoutes(scope, { knex, snapshot, jobs: jobs.service })
      uses.routes(scope)
      meters.routes(scope)
      links.routes(scope)
      keyRoutes(scope, { knex, keys: state.keys.service })
      hookRoutes(scope, { knex, hooks })
      hostEventRoutes(scope)
      webhooks.routes(scope)
      await scope.register(async (inner) => receiveRoute(inner, hooks))
      await events.routes(scope)
    },
    start() {
      for (const part of [events, jobs, news, hostNews, levels, webhooks]) part.start()
      stops.push(() => news.stop())
      stops.push(() => runs.stop())
      stops.push(() => jobs.stop())
    },
  }
}

/** Where people reach the host, without a slash at the end. */
function publicUrlOf({ publicUrl, host, port }: Settings): string {
  return publicUrl ?? `http://${host}:${port}`
}

function openDocuments({ state, releases, rollouts: counters }: Ports): DocumentRollouts {
  const { knex, routing } = state
  return new DocumentRollouts({ knex, routing, rollouts: releases, counters, now: Date.now })
}
