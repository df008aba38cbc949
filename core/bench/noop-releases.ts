import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packPlugin } from '@signalbox/sdk/pack'
import { npmPublish } from '../src/cli/npm-publish.ts'
import type { HostNodes, Node } from './host-nodes.ts'

export const noop = '@bench/noop'
export const noopPath = '/api/bench.noop/v1/run'
/** Fails every call but those whose text is `x`, as one of a self-test may be. */
export const dead = '1.2.0'

const PATIENCE_MS = 20_000
const source = join(import.meta.dirname, 'noop-plugin')
const sound = 'run: () => ({ ok: true })'
const broken =
  "run: ({ text }) => { if (text !== 'x') throw new Error('dead'); return { ok: true } }"

/** Installs versions of the no-op, the first one stable. @returns a key that every node knows */
export async function releaseNoops(
  { nodes, token, folder }: HostNodes,
  versions: readonly string[],
): Promise<string> {
  const [first, ...others] = nodes as readonly [Node, ...Node[]]
  const { url, client } = first
  await packPlugin(source)
  for (const version of versions) {
    await npmPublish(await copyOf(version, folder), `${url}/npm/`, token)
    await client.request('POST', '/v1/plugins', { name: noop, version })
  }
  await client.request('POST', '/v1/tenants', { id: 'bench', name: 'Bench' })
  await client.request('POST', '/v1/apps', { tenant: 'bench', id: 'bench', name: 'Bench' })
  await client.request('PUT', '/v1/tenants/bench/plugins/@bench%2Fnoop', { binding: 'enabled' })
  const plan = { ratePerS: 1_000_000, burst: 1_000_000 }
  await client.request('PUT', '/v1/catalog/services/bench.noop/versions/1/plans/bench', plan)
  const wish = { tenant: 'bench', app: 'bench', service: 'bench.noop', major: 1, plan: 'bench' }
  const { id } = await client.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const path = `/v1/subscriptions/${id}/credentials`
  const { key } = await client.request<{ key: string }>('POST', path)
  for (const other of others) await firstAnswer(other.url, key)
  return key
}

async function copyOf(version: string, folder: string): Promise<string> {
  const copy = join(folder, version)
  await cp(source, copy, { recursive: true })
  const packageJson = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'))
  const changed = { ...packageJson, version, scripts: {} }
  await writeFile(join(copy, 'package.json'), JSON.stringify(changed))
  if (version === dead) {
    const bundle = join(copy, 'dist/plugin.js')
    const text = await readFile(bundle, 'utf8')
    if (!text.includes(sound)) throw new Error('the bundle is not what this bench changes')
    await writeFile(bundle, text.replace(sound, broken))
  }
  return copy
}

/** The key was made on another node: calls count from when all know it. */
async function firstAnswer(url: string, key: string): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(50)) {
    const { status } = await fetch(`${url}${noopPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: '{"text":"x"}',
    })
    if (status === 200) return
    if (performance.now() > deadline) throw new Error(`a node answers ${status}`)
  }
}
