import { ProblemError } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { INSTALL_MS, progressOf } from '../marketplace/version-plan.ts'
import {
  type InstalledVersion,
  missingConsent,
  type TenantPlugin,
  tenantPluginPath,
} from '../plugins/plugin.ts'
import type { RolloutSummary } from '../rollouts/rollout.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { APP, BAD, PRACTICE, SERVICE, STEPS } from './practice.ts'

/** Installs a version; what it answers is there when calls can reach it. @throws ProblemError, or why it cannot start */
export async function installVersion(version: string): Promise<void> {
  const { state, fault } = await request<InstalledVersion>('POST', '/v1/plugins', {
    body: { name: PRACTICE, version },
    deadlineMs: INSTALL_MS,
  })
  if (progressOf(state) !== 'done') throw new Error(fault?.detail ?? state)
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
