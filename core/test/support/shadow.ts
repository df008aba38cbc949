import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../../sandbox/test/until.ts'
import type { HostProcess } from './host-process.ts'
import { callProbe, probe } from './probe.ts'

export interface ShadowedRollout {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly weightBp: number
  readonly calls: { readonly stable: number; readonly canary: number }
  readonly waiting: { readonly en: string } | null
  readonly transitions: readonly {
    command: string
    actor: string
    reason: { en: string; 'zh-CN': string }
    evidence: Record<string, unknown>
  }[]
  readonly shadow: {
    readonly compared: number
    readonly replayed: number
    readonly missed: Readonly<Record<string, number>>
    readonly paths: readonly { path: string; calls: number; canary: number; stable: number }[]
    readonly refused: Readonly<Record<string, number>>
    readonly sentence: { readonly en: string }
  } | null
}

/** Comes after it and ends by itself never: one call in ten thousand is given to the new version. */
const heldStep = { weightBp: 1, hold: { durationMs: 600_000 } }
const fullStep = { weightBp: 10_000, hold: {} }

export const readRollout = (host: HostProcess, id: string) =>
  host.client.request<ShadowedRollout>('GET', `/v1/rollouts/${id}`)

/** A rollout of the probe whose first step compares answers, started. */
export async function startShadow(
  host: HostProcess,
  version: string,
  shadow: object,
): Promise<string> {
  const { id } = await host.client.request<ShadowedRollout>('POST', '/v1/rollouts', {
    plugin: probe,
    version,
    steps: [
      { shadow: { sample: 1, minRequests: 1000, maxDiff: 0.002, ...shadow } },
      heldStep,
      fullStep,
    ],
  })
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

/** Compared, or left out and said why. */
export const drawnCalls = ({ shadow }: ShadowedRollout) =>
  (shadow?.compared ?? 0) + Object.values(shadow?.missed ?? {}).reduce((sum, one) => sum + one, 0)

export const abortRollout = (host: HostProcess, id: string) =>
  host.client.request('POST', `/v1/rollouts/${id}/abort`, {})

/**
 * Calls `echo` one after the other until the rollout has left its shadow step, or so many were made. `pauseMs`: after
 * each ten, for versions that take long to compare: what comes meanwhile is left out, and would soon be all there is.
 */
export async function echoUntilDecided(
  host: HostProcess,
  key: string,
  id: string,
  most: number,
  pauseMs = 0,
): Promise<{ calls: number; wrong: readonly string[]; times: readonly number[] }> {
  const wrong: string[] = []
  const times: number[] = []
  for (let calls = 1; calls <= most; calls++) {
    const text = `call ${calls}`
    const began = performance.now()
    const { status, body } = await callProbe(host, key, 'echo', { text })
    times.push(performance.now() - began)
    if (status !== 200 || body.text !== text)
      wrong.push(`${text}: ${status} ${JSON.stringify(body)}`)
    const { state, step } = calls % 10 === 0 ? await readRollout(host, id) : running
    if (state !== 'running' || step !== 0) return { calls, wrong, times }
    if (calls % 10 === 0) await delay(pauseMs)
  }
  return { calls: most, wrong, times }
}

const running = { state: 'running', step: 0 }

export async function untilRollout(
  host: HostProcess,
  id: string,
  holds: (rollout: ShadowedRollout) => boolean,
): Promise<ShadowedRollout> {
  let rollout = await readRollout(host, id)
  await until(async () => {
    rollout = await readRollout(host, id)
    return holds(rollout)
  })
  return rollout
}
