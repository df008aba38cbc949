import type { Company, Edition } from './company.ts'

/** A round takes seconds on a busy machine, and a judge wants some of them. */
const PATIENCE_MS = 180_000

export interface Rollout {
  readonly id: string
  readonly state: string
  readonly weightBp: number
  readonly transitions: readonly { command: string; actor: string; reason: { en: string } }[]
}

/** Releases an edition by canary, while `use` goes on using what it releases, until the host has decided. */
export async function rollOut(
  company: Company,
  folder: string,
  edition: Edition,
  steps: readonly object[],
  use: (round: number) => Promise<void>,
): Promise<Rollout> {
  const { client } = company.host
  const plugin = await company.release(folder, edition)
  const { version } = edition
  const body = { plugin, version, steps, cohortBy: 'request' }
  const { id } = await client.request<Rollout>('POST', '/v1/rollouts', body)
  await client.request('POST', `/v1/rollouts/${id}/start`, {})
  const until = Date.now() + PATIENCE_MS
  for (let round = 0; ; round++) {
    const rollout = await client.request<Rollout>('GET', `/v1/rollouts/${id}`)
    if (rollout.state !== 'running' || Date.now() > until) return rollout
    await use(round)
  }
}
