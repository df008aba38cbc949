import { randomUUID } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contract } from '@signalbox/sdk/contract'
import { coreErrors } from '../../../errors.ts'
import { HostClient, HostRefusal } from '../../host-client.ts'
import { DEV_APP, DEV_TENANT } from './dev-tenant.ts'

/**
 * A file of `samples/`: inputs that an operation of the plugin is called with, or events that come to it, in order.
 *
 *     { "call": "orders.status@1/put", "inputs": [{ … }] }
 *     { "event": "stock.counted", "events": [{ "key": "A-1", "data": { … } }] }
 */
type Sample =
  | { readonly call: string; readonly inputs: readonly unknown[] }
  | {
      readonly event: string
      readonly events: readonly { readonly key?: string; readonly data: unknown }[]
    }

interface Ports {
  readonly url: string
  /** Of the app, by `service@major`. */
  readonly keys: ReadonlyMap<string, string>
  /** Of this load: an event of an id that came before is passed over by the host. */
  readonly load: string
}

/** @returns how many calls and events were made of the samples in a folder. */
export async function loadSamples(
  folder: string,
  contracts: readonly Contract[],
  { url, keys, load }: Ports,
): Promise<number> {
  let made = 0
  const files: string[] = []
  for await (const file of glob('samples/*.json', { cwd: folder })) files.push(file)
  for (const file of files.sort()) {
    const sample = await readSample(folder, file)
    if ('call' in sample) {
      const { service, operation, key } = named(file, sample.call, contracts, keys)
      const client = new HostClient({ url, token: key })
      for (const input of sample.inputs) {
        await called(client, `/api/${service}/${operation}`, input)
        made++
      }
    } else {
      const [token] = keys.values()
      const events = sample.events.map(({ key, data }, index) => ({
        specversion: '1.0',
        id: `${load}-${file}-${index}`,
        source: `/tenants/${DEV_TENANT}/apps/${DEV_APP}`,
        type: sample.event,
        ...(key === undefined ? {} : { partitionkey: key }),
        data,
      }))
      await sendEvents(url, token, events)
      made += events.length
    }
  }
  return made
}

/**
 * The first call of a plugin may find its lane cold and the machine busy, and take longer than its promise: asked once
 * more. What had its effect all the same is no new one: the call has a key.
 */
async function called(client: HostClient, path: string, input: unknown): Promise<void> {
  const key = { 'idempotency-key': randomUUID() }
  try {
    await client.request('POST', path, input, key)
  } catch (error) {
    if (!(error instanceof HostRefusal) || error.problem.status !== 504) throw error
    await client.request('POST', path, input, key)
  }
}

/** Under its own media type: CloudEvents over HTTP, §3.3. */
async function sendEvents(url: string, token: string | undefined, events: readonly object[]) {
  const client = new HostClient({ url, token })
  const type = 'application/cloudevents-batch+json'
  await client.requestText('POST', '/v1/events', JSON.stringify(events), type)
}

async function readSample(folder: string, file: string): Promise<Sample> {
  try {
    const sample = JSON.parse(await readFile(join(folder, file), 'utf8'))
    if (typeof sample.call === 'string' && Array.isArray(sample.inputs)) return sample
    if (typeof sample.event === 'string' && Array.isArray(sample.events)) return sample
    throw new Error('it has neither "call" with "inputs" nor "event" with "events"')
  } catch (cause) {
    const reason = `${file}: ${(cause as Error).message}`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'samples', reason }, { cause })
  }
}

function named(
  file: string,
  call: string,
  contracts: readonly Contract[],
  keys: ReadonlyMap<string, string>,
) {
  const [name = '', operation = ''] = call.split('/')
  const found = contracts.find(({ id, major }) => name === `${id}@${major}`)
  const key = keys.get(name)
  if (found === undefined || key === undefined || !Object.hasOwn(found.operations, operation)) {
    const reason = `${file}: "${call}" is no operation of this plugin, such as orders.status@1/put`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'samples', reason })
  }
  return { service: `${found.id}/v${found.major}`, operation, key }
}
