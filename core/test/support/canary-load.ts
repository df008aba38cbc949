import type { HostProcess } from './host-process.ts'
import { callProbe, probe } from './probe.ts'
import { readRollout, type ShadowedRollout } from './shadow.ts'

/** Starts a rollout of the probe that stays at its first weight for an hour. @returns its id */
export async function startHeld(
  host: HostProcess,
  version: string,
  weightBp: number,
): Promise<string> {
  const hold = { durationMs: 3_600_000 }
  const steps = [
    { weightBp, hold },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version, steps }
  const { id } = await host.client.request<ShadowedRollout>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

/** What callers were answered, such as `200 1.0.0` or `502 SBX_LOAD_FAILED`, and how often. */
export type Answers = ReadonlyMap<string, number>

/** Answers that were not as asked for. */
export const wrongAnswers = (answers: Answers): readonly string[] =>
  [...answers.keys()].filter((answer) => !answer.startsWith('200 '))

interface Load {
  readonly keys: readonly string[]
  readonly atOnce: number
  readonly most: number
}

/** Calls `echo`, so many at once, one key after the other, while the rollout runs and at most so often. */
export async function echoWhileRunning(
  host: HostProcess,
  id: string,
  { keys, atOnce, most }: Load,
): Promise<{ readonly rollout: ShadowedRollout; readonly answers: Answers }> {
  const answers = new Map<string, number>()
  let rollout = await readRollout(host, id)
  for (let calls = 0; calls < most && rollout.state === 'running'; calls += atOnce) {
    const batch = Array.from({ length: atOnce }, (_, index) => keys[(calls + index) % keys.length])
    const replies = await Promise.all(
      batch.map((key = '') => callProbe(host, key, 'echo', { text: 'hello' })),
    )
    for (const { status, headers, body } of replies) {
      const answer = `${status} ${headers.get('signalbox-version') ?? body.code}`
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
    rollout = await readRollout(host, id)
  }
  return { rollout, answers }
}
