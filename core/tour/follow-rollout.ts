import { setTimeout as delay } from 'node:timers/promises'
import type { HostClient } from '../src/cli/host-client.ts'
import type { RolloutDescription } from '../src/rollout/describe-rollout.ts'
import type { Step } from '../src/rollout/plan/steps.ts'
import { plugin } from './versions.ts'

/** Most stages end within ten seconds; after this the tour says that one did not. */
const PATIENCE_MS = 25_000
const LOOK_EVERY_MS = 100

/** Starts a rollout and follows it to its end, which nobody but the host decides. */
export async function followRollout(
  operator: HostClient,
  { version, steps }: { readonly version: string; readonly steps: readonly Step[] },
  say: (line: string) => void,
): Promise<RolloutDescription> {
  const body = { plugin, version, steps, cohortBy: 'request' }
  const { id } = await operator.request<{ id: string }>('POST', '/v1/rollouts', body)
  const path = `/v1/rollouts/${id}`
  await operator.request('POST', `${path}/start`, {})
  const until = Date.now() + PATIENCE_MS
  let told = 0
  for (;;) {
    const view = await operator.request<RolloutDescription>('GET', path)
    for (const { command, weightBp, actor, reason } of view.transitions.slice(told)) {
      const weight = weightBp > 0 ? `, ${weightBp / 100} %` : ''
      say(`${version}  ${command} by ${actor}${weight}: ${reason.en}`)
    }
    told = view.transitions.length
    if (view.state !== 'running') return view
    if (Date.now() > until) {
      say(`${version}  is still at ${view.weightBp / 100} %: ${view.evidence.sentence.en}`)
      return operator.request('POST', `${path}/abort`, { reason: 'the tour cannot wait longer' })
    }
    await delay(LOOK_EVERY_MS)
  }
}

/** From its start to its last transition, by the clock of the database. */
export function durationOf({ transitions }: RolloutDescription): number {
  const at = (index: number) => Date.parse(transitions.at(index)?.at ?? '')
  return at(-1) - at(0)
}
