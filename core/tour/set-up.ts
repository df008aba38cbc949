import { npmPublish } from '../src/cli/npm-publish.ts'
import type { TourHost } from './tour-host.ts'
import { plugin, service } from './versions.ts'

const tenant = 'tour'

/** Publishes with stock npm, as an author, and installs, as the operator. */
export async function release(host: TourHost, folder: string, version: string): Promise<void> {
  await npmPublish(folder, `${host.url}/npm/`, host.operatorToken)
  await host.operator.request('POST', '/v1/plugins', { name: plugin, version })
}

/**
 * A tenant whose admin consents to what the plugin asks for, and an app that subscribes.
 * @returns the key of the app
 */
export async function subscribe(host: TourHost): Promise<string> {
  const { adminToken } = await host.operator.request<{ adminToken: string }>(
    'POST',
    '/v1/tenants',
    { id: tenant, name: 'Tour' },
  )
  const admin = host.as(adminToken)
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
  await admin.request('POST', `${path}/grants`, { capabilities: ['db:own'] })
  await admin.request('PUT', path, { binding: 'enabled' })
  await admin.request('POST', '/v1/apps', { id: 'planner', name: 'Planner' })
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', {
    app: 'planner',
    service,
    major: 1,
  })
  const credentials = `/v1/subscriptions/${id}/credentials`
  return (await admin.request<{ key: string }>('POST', credentials)).key
}
