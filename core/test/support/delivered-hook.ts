import { until } from '../../../sandbox/test/until.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import type { HostProcess } from './host-process.ts'

export interface ListedDelivery {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly lastCode: string | null
}

/** Sends a webhook, whatever comes back. */
export async function sendHook(
  host: HostProcess,
  address: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: { id: string; code?: string } }> {
  const response = await fetch(`${host.url}${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, body: (await response.json()) as { id: string } }
}

/** @param path of the addresses of the plugin. @returns the delivery, as soon as it fits */
export async function deliveryOf(
  admin: HostClient,
  path: string,
  id: string,
  fits: (delivery: ListedDelivery) => boolean,
): Promise<ListedDelivery> {
  let found: ListedDelivery | undefined
  await until(async () => {
    const { items } = await admin.request<{ items: ListedDelivery[] }>('GET', `${path}/deliveries`)
    found = items.find((one) => one.id === id && fits(one))
    return found !== undefined
  })
  return found as ListedDelivery
}

/** Sends one to `spare`, and waits until the plugin has had it. @returns its id */
export async function deliveredHook(
  host: HostProcess,
  admin: HostClient,
  hooks: string,
  address: string,
): Promise<string> {
  const { body } = await sendHook(host, address, '{"gate":"north"}')
  await deliveryOf(admin, `${hooks}/spare`, body.id, ({ state }) => state === 'delivered')
  return body.id
}
