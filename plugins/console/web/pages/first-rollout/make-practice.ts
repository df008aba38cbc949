import { ProblemError } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { progressOf } from '../marketplace/version-plan.ts'
import {
  type InstalledPlugin,
  missingConsent,
  pluginPath,
  type TenantPlugin,
  tenantPluginPath,
} from '../plugins/plugin.ts'
import type { RolloutSummary } from '../rollouts/rollout.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { APP, BAD, PRACTICE, SERVICE, STEPS } from './practice.ts'

/** A version is fetched, checked and started; a busy machine takes its time. */
const INSTALL_MS = 60_000
const LOOK_EVERY_MS = 500

/** Installs a version and waits until calls can reach it. @throws ProblemError, or the reason why it cannot start */
export async function installVersion(version: string): Promise<void> {
  await request('POST', '/v1/plugins', { body: { name: PRACTICE, version } })
  const deadline = performance.now() + INSTALL_MS
  while (performance.now() < deadline) {
    const { versions } = await request<InstalledPlugin>('GET', pluginPath(PRACTICE))
    const found = versions.find((one) => one.version === version)
    const progress = progressOf(found?.state)
    if (progress === 'done') return
    if (progress === 'failed') throw new Error(found?.fault?.detail ?? found?.state)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new Error(`${PRACTICE} ${version}: ${INSTALL_MS / 1000} s`)
}

export async function enablePractice(tenant: string, state: TenantPlugin | null): Promise<void> {
  const path = tenantPluginPath(tenant, PRACTICE)
  const capabilities = state === null ? [] : missingConsent(state)
  if (capabilities.length > 0) await request('POST', `${path}/grants`, { body: { capabilities } })
  await request('PUT', path, { body: { binding: 'enabled' } })
}

/** An app that subscribes, both made where they are missing. @returns a key that it did not have yet */
export async function practiceAppKey(tenant: string): Promise<string> {
  await unlessThere(request('POST', '/v1/apps', { body: { tenant, id: APP, name: 'Practice' } }))
  const { items } = await request<{ items: readonly Subscription[] }>('GET', '/v1/subscriptions', {
    query: { tenant, limit: 200 },
  })
  const there = items.find(
    ({ app, service, state }) => app === APP && service === SERVICE && state === 'active',
  )
  const { id } =
    there ??
    (await request<Subscription>('POST', '/v1/subscriptions', {
      body: { tenant, app: APP, service: SERVICE, major: 1 },
    }))
  const path = `/v1/subscriptions/${encodeURIComponent(id)}/credentials`
  return (await request<{ key: string }>('POST', path)).key
}

export async function rollBadOut(): Promise<void> {
  await installVersion(BAD)
  const { id } = await request<RolloutSummary>('POST', '/v1/rollouts', {
    body: { plugin: PRACTICE, version: BAD, steps: STEPS },
  })
  await request('POST', `/v1/rollouts/${encodeURIComponent(id)}/start`, { body: {} })
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.status === 409)) throw error
  }
}
