import t from 'tap'
import {
  breaksSomebody,
  fateOf,
  mayInstall,
  progressOf,
  type VersionPlan,
} from '../../../web/pages/marketplace/version-plan.ts'

const terms = { license: null, text: null, price: null, plans: [], hash: 'f00d', isAccepted: false }
const plan: VersionPlan = {
  plugin: '@acme/parcels',
  version: '1.1.0',
  from: '1.0.0',
  refusal: null,
  requires: {},
  permissions: { isWider: false, changes: [] },
  migrations: [],
  services: [],
  terms,
  affected: [],
  examples: { ran: 0, failed: [], skipped: [] },
  isCut: false,
}

t.test('a version with terms is installed by whoever accepts them, or had', async (t) => {
  t.notOk(mayInstall(plan, false))
  t.ok(mayInstall(plan, true))
  t.ok(mayInstall({ ...plan, terms: { ...terms, isAccepted: true } }, false))
  t.ok(mayInstall({ ...plan, terms: { ...terms, hash: null } }, false))
  const refusal = { code: 'CORE_HOST_TOO_OLD', detail: '', cure: '' }
  t.notOk(mayInstall({ ...plan, refusal }, true), 'what the host refuses is not asked for')
})

t.test('a service is new, gone, of another major, changed or as before', async (t) => {
  const change = { pointer: '/a', kind: 'additive', sentence: { en: 'A field is new.' } }
  const of = (major: number | null, previousMajor: number | null, changes = [change]) =>
    fateOf({ service: 'parcels.stock', major, previousMajor, changes })
  t.equal(of(1, null), 'new')
  t.equal(of(null, 1), 'gone')
  t.equal(of(2, 1), 'moved')
  t.equal(of(1, 1), 'changed')
  t.equal(of(1, 1, []), 'same')
})

t.test(
  'a plan breaks somebody by what it takes away or changes, or by an example that fails',
  async (t) => {
    t.notOk(breaksSomebody(plan))
    const gone = { service: 'parcels.stock', major: null, previousMajor: 1, changes: [] }
    t.ok(breaksSomebody({ ...plan, services: [gone] }))
    const failed = { subscription: 's', app: 'a', operation: 'o', example: 'e', reason: 'r' }
    t.ok(breaksSomebody({ ...plan, examples: { ran: 1, failed: [failed], skipped: [] } }))
  },
)

t.test('an installation waits, is under way, is done or has failed', async (t) => {
  t.equal(progressOf(undefined), 'waiting')
  t.equal(progressOf('expanded'), 'working')
  t.equal(progressOf('warm'), 'done')
  t.equal(progressOf('migration_failed'), 'failed')
})
