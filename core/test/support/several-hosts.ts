import { setTimeout as delay } from 'node:timers/promises'
import type { HostProcess } from './host-process.ts'
import { callProbe, probe } from './probe.ts'

/** What tests of several hosts ask them. */

export interface SeenRollout {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly stepStartedAt: number
  readonly acknowledged: { readonly generation: number; nodes: number; of: number } | null
  readonly transitions: readonly { readonly command: string; readonly actor: string }[]
}

export interface SeenCall {
  readonly askedAt: number
  readonly status: number
  readonly version: string | null
}

const PATIENCE_MS = 60_000

export async function until(isReached: () => Promise<boolean> | boolean, what: string) {
  for (const deadline = performance.now() + PATIENCE_MS; !(await isReached()); await delay(20)) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
  }
}

export const read = (host: HostProcess, id: string) =>
  host.client.request<SeenRollout>('GET', `/v1/rollouts/${id}`)

export const tell = (host: HostProcess, id: string, command: string) =>
  host.client.request<SeenRollout>('POST', `/v1/rollouts/${id}/${command}`, {})

/** @returns it as it began: a step may be over before it is read again */
export async function startRollout(
  host: HostProcess,
  version: string,
  steps: readonly object[],
): Promise<SeenRollout> {
  const wish = { plugin: probe, version, steps }
  const { id } = await host.client.request<SeenRollout>('POST', '/v1/rollouts', wish)
  return tell(host, id, 'start')
}

export async function callOnce(host: HostProcess, key: string): Promise<SeenCall> {
  const askedAt = performance.now()
  const { status, headers } = await callProbe(host, key, 'echo', { text: 'hello' })
  return { askedAt, status, version: headers.get('signalbox-version') }
}

/** Calls one after the other until told to stop. */
export function keepCalling(host: HostProcess, key: string) {
  const calls: SeenCall[] = []
  let isCalling = true
  const calling = (async () => {
    for (; isCalling; await delay(10)) calls.push(await callOnce(host, key))
  })()
  return {
    calls,
    /** @returns those that were not answered */
    stop: async () => {
      isCalling = false
      await calling
      return calls.filter(({ status }) => status !== 200)
    },
  }
}
