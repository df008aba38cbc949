import { until } from '../../../sandbox/test/until.ts'
import { enablePlugin, installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { callProbe } from './probe.ts'

/** A link that the people plugin shared in acme, whose app is `app`. */
export async function sharedLink(
  host: HostProcess,
  adminToken: string,
): Promise<{ readonly id: string; readonly path: string }> {
  const plugin = '@people/one'
  const admin = host.as(adminToken)
  await installFixture(host, 'people-plugin', plugin)
  const capabilities = ['notify:send', 'identity:read', 'link:share']
  await enablePlugin(admin, 'acme', plugin, capabilities)
  const wish = { app: 'app', service: 'people.one', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = await admin.request<{ key: string }>('POST', `/v1/subscriptions/${id}/credentials`)
  const share = { operation: 'people.one/view', input: { document: 'a' } }
  const { body } = await callProbe(host, issued.key, 'share', share, 'people.one')
  // The audit of calls is written in batches: what comes later would look like somebody else's doing.
  await until(async () => {
    const { items } = await admin.request<{ items: { subject: string }[] }>('GET', '/v1/audit')
    return items.some(({ subject }) => subject === 'people.one@1/share')
  })
  return { id: body.id, path: new URL(body.url).pathname }
}
