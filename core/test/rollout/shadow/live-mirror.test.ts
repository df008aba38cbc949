import { compileContracts } from '@signalbox/sdk/compile-contract'
import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import type { ServiceAnswer } from '../../../src/broker/call-scope.ts'
import type { Attempt } from '../../../src/rollout/routing/canary-call.ts'
import type { Sharing } from '../../../src/rollout/routing/pick-version.ts'
import type { InstalledVersion } from '../../../src/rollout/routing/snapshot.ts'
import { comparisonOf, mirrorOf } from '../../../src/rollout/shadow/live-mirror.ts'
import { version as base } from '../../support/recorded-call.ts'

const plan = { sample: 1, minRequests: 1, maxDiff: 0, ignore: ['/seen'], sets: ['/tags'] }

function installed(
  version: string,
  output: Record<string, unknown>,
  compare?: object,
): InstalledVersion {
  const operation = { safe: true, input: {}, output, ...(compare === undefined ? {} : { compare }) }
  const contract = { id: 's', major: 1, title: { en: 'S' }, operations: { run: operation } }
  return { ...base, version, operations: compileContracts(base.manifest, { s: contract }) }
}

const properties = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, {}])),
})

const sharing: Sharing = {
  rollout: {
    id: 'rol_0',
    from: '1.0.0',
    to: '1.1.0',
    step: 0,
    cohort: { salt: 'rol_0', weightBp: 0, cohortBy: 'request' },
    shadow: plan,
  },
  versions: {
    stable: installed('1.0.0', { type: 'array', items: properties('a') }, { ignore: ['/[]/at'] }),
    canary: installed('1.1.0', { type: 'array', items: { anyOf: [properties('a', 'b')] } }),
  },
}

const answer = (outputJson: string): Attempt<ServiceAnswer> => ({
  outcome: 'answered',
  result: { answer: { outputJson, plugin: '@test/one', version: '1.0.0', arm: 'stable' } },
  tookMs: 1,
  ownMs: 1,
  trip: undefined,
})
const ended = (
  outcome: Attempt<ServiceAnswer>['outcome'],
  error: Error,
): Attempt<ServiceAnswer> => ({
  ...answer('null'),
  outcome,
  result: { error },
})
const text = { en: 'no', 'zh-CN': 'no' }
const no = new CodedError('NOT_TODAY', { status: 422, message: text, cure: text }, {}, {})
const call = { service: 's', major: 1, operation: 'run', inputJson: '{}' }

t.test(
  'plan and contract together say what is compared, and both contracts what is named',
  async (t) => {
    const comparison = comparisonOf(sharing, call, plan)
    t.same([...comparison.ignore].sort(), ['/[]/at', '/seen'])
    t.same([...comparison.sets], ['/tags'])
    for (const name of ['a', 'b', 'at', 'seen', 'tags']) t.ok(comparison.names.has(name), name)
    t.equal(comparisonOf(sharing, call, plan), comparison, 'made once')
  },
)

t.test('a run is what the attempt was, and what it was refused', async (t) => {
  const attempts: Record<string, Attempt<ServiceAnswer>> = {
    answered: answer('[1]'),
    refused: ended('refused', no),
    failed: ended('late', no),
    unable: ended('unjudged', no),
  }
  for (const [kind, attempt] of Object.entries(attempts)) {
    const again = async (_arm: unknown, { onRefused }: { onRefused: (name: string) => void }) => {
      onRefused('db.query')
      return attempt
    }
    const mirror = mirrorOf({ sharing, call, first: answer('[]'), again }, plan)
    const run = await mirror?.run('canary')
    t.match(run, { answer: { kind }, refused: ['db.query'] })
  }
})

t.test('only what was answered, or refused in words, can be compared', async (t) => {
  const again = async () => answer('[]')
  const of = (first: Attempt<ServiceAnswer>) => mirrorOf({ sharing, call, first, again }, plan)
  t.match(of(ended('refused', no))?.answer, { kind: 'refused', code: 'NOT_TODAY' })
  t.match(of(answer('[]')), { kind: 'live', rollout: 'rol_0', length: 4 })
  t.equal(of(ended('failed', no)), undefined)
  t.equal(of(ended('unjudged', no)), undefined)
})
