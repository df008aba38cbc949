import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const release = await releaseProbe(t, host)
await release('1.0.0')
await release(
  '1.1.0',
  "({ text }) => { if (text !== 'x') throw new Error('bad'); return { text } }",
)
const acme = await setUpTenant(host, 'acme')

interface Said {
  readonly en: string
  readonly 'zh-CN': string
}

interface Analysis {
  readonly state: string
  readonly evidence: {
    readonly verdict: string
    readonly e: number
    readonly threshold: number
    readonly sentence: Said
    readonly grounds: readonly { ground: string; e: number; isProof: boolean }[]
  }
  readonly points: readonly {
    at: string
    step: number
    weightBp: number
    verdict: string
    e: number
    calls: { stable: number; canary: number }
    grounds: Readonly<Record<string, number>>
  }[]
  readonly steps: readonly { step: number; weightBp: number; highestE: number }[]
  readonly decisions: readonly {
    at: string
    actor: string
    command: string
    generation: number
    sentence: Said
    evidence: object
  }[]
}

const analysis = (id: string) => host.client.request<Analysis>('GET', `/v1/rollouts/${id}/analysis`)

t.test('the analysis of a version that was taken back shows how it came to that', async (t) => {
  const steps = [
    { weightBp: 5000, hold: { durationMs: 60_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version: '1.1.0', steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  t.match(await analysis(id), { state: 'ready', points: [], steps: [], decisions: [] })
  await host.client.request('POST', `/v1/rollouts/${id}/start`, { reason: 'a try' })
  const deadline = Date.now() + 120_000
  let seen = await analysis(id)
  while (seen.state === 'running' && Date.now() < deadline) {
    await Promise.all(
      Array.from({ length: 4 }, () => callProbe(host, acme.key, 'echo', { text: 'hello' })),
    )
    seen = await analysis(id)
  }
  t.equal(seen.state, 'aborted')
  t.match(
    seen.decisions.map(({ command, actor }) => [command, actor]),
    [
      ['start', 'operator'],
      ['abort', 'judge'],
    ],
  )
  for (const { sentence, generation } of seen.decisions) {
    t.ok(sentence.en.length > 0 && sentence['zh-CN'].length > 0)
    t.ok(generation > 0)
  }
  const [started, aborted] = seen.decisions
  t.ok((started?.at ?? '') < (aborted?.at ?? ''), 'in order')
  t.equal(started?.sentence.en, 'a try')
  t.match(aborted?.sentence.en, /^stopped: \d+ of \d+ failed calls were of 1\.1\.0/)
  t.match(aborted?.sentence['zh-CN'], /^已停止/)
  const last = seen.points.at(-1)
  t.match(last, { step: 0, weightBp: 5000, verdict: 'stop' })
  t.ok((last?.e ?? 0) >= seen.evidence.threshold, 'the point that stopped it is there')
  t.ok((last?.calls.canary ?? 0) > 0)
  t.ok((last?.grounds['failures'] ?? 0) > seen.evidence.threshold)
  t.match(seen.steps, [{ step: 0, weightBp: 5000, highestE: last?.e }])
  t.ok(seen.evidence.grounds.some(({ ground, isProof }) => ground === 'failures' && isProof))
})

t.test('the analysis is the operator’s, and of a rollout that there is', async (t) => {
  const missing = '/v1/rollouts/rol_0000000000000000/analysis'
  t.equal((await refusal(host.client.request('GET', missing))).code, 'CORE_ROLLOUT_MISSING')
  const admin = host.as(acme.adminToken)
  t.equal((await refusal(admin.request('GET', missing))).code, 'CORE_FORBIDDEN')
})
