import t from 'tap'
import {
  allowedText,
  besideGrants,
  inOrderOfReach,
  missingIn,
  type PermissionChange,
  reachOf,
} from '../../../web/pages/marketplace/permission-change.ts'

const change = (
  name: string,
  how: PermissionChange['change'],
  [before, after]: readonly [unknown, unknown],
): PermissionChange => ({
  kind: 'capability',
  name,
  change: how,
  before,
  after,
  optional: false,
  why: {},
})

t.test(
  'a power is told as new, wider, narrower, gone or as before, the loud ones first',
  async (t) => {
    const told = inOrderOfReach([
      change('same', 'same', [{}, {}]),
      change('gone', 'narrower', [{}, null]),
      change('less', 'narrower', [64, 32]),
      change('more', 'wider', [32, 64]),
      change('new', 'wider', [null, {}]),
    ])
    t.same(
      told.map((one) => [one.name, reachOf(one)]),
      [
        ['new', 'added'],
        ['more', 'widened'],
        ['less', 'narrowed'],
        ['gone', 'removed'],
        ['same', 'same'],
      ],
    )
  },
)

t.test('parameters of a power are one line, whatever is in them', async (t) => {
  t.equal(
    allowedText({ hosts: ['a.example', 'b.example'], quotaMb: 5 }),
    'hosts: a.example, b.example · quotaMb: 5',
  )
  t.equal(allowedText({ deep: { of: 1 } }), 'deep: {"of":1}')
  t.equal(allowedText('sandbox'), 'sandbox')
  t.equal(allowedText(null), '')
})

t.test('what was not granted in just these words is asked for again', async (t) => {
  const wish = (name: string, parameters: Record<string, unknown>, optional = false) => ({
    name,
    parameters,
    optional,
    why: {},
  })
  const changes = besideGrants(
    [
      wish('db:own', { quotaMb: 50 }),
      wish('http:fetch', { hosts: ['a', 'b'] }),
      wish('ui:mount', {}, true),
    ],
    [
      { capability: 'db:own', parameters: { quotaMb: 50 } },
      { capability: 'http:fetch', parameters: { hosts: ['a'] } },
      { capability: 'job:schedule', parameters: {} },
    ],
  )
  t.same(
    changes.map((one) => [one.name, reachOf(one)]),
    [
      ['db:own', 'same'],
      ['http:fetch', 'added'],
      ['ui:mount', 'added'],
      ['http:fetch', 'removed'],
      ['job:schedule', 'removed'],
    ],
  )
  t.same(missingIn(changes), ['http:fetch'], 'what is optional is nobody asked for')
})
