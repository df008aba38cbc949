import t from 'tap'
import {
  hiddenFault,
  hiddenFields,
  planCommandsOf,
  termsFields,
  termsOf,
} from '../../../web/pages/catalog/plan-terms.ts'
import type { Plan } from '../../../web/pages/catalog/service.ts'

const plan: Plan = {
  ...{ name: 'partner', version: 3, status: 'published', ratePerS: 20, burst: 40 },
  quota: { count: 1000, per: 'day' },
  concurrency: 4,
  maxRows: 500,
  fields: { read: ['/customer/price', '/notes'] },
  price: { amount: '0.0150', currency: 'CNY', unit: 'call' },
  approval: 'manual',
}

t.test('a plan that is opened and stored has the terms that it had', async (t) => {
  const { name: _, version: __, status: ___, ...terms } = plan
  t.strictSame(termsOf(termsFields(plan)), terms)
})

t.test('what is left empty is not limited and costs nothing', async (t) => {
  t.strictSame(
    termsOf({ ...termsFields(undefined), quotaCount: null, amount: ' ', hidden: '\n' }),
    {
      ratePerS: 200,
      burst: 400,
      approval: 'auto',
    },
  )
})

t.test('what answers leave out is read a line an operation', async (t) => {
  t.same(hiddenFields('read /a/b, /c\n\n list  /d'), { read: ['/a/b', '/c'], list: ['/d'] })
  t.same(hiddenFields('read /a\nread /b, /a'), { read: ['/a', '/b'] }, 'or in several')
  t.equal(hiddenFault('read /a\nlist /b'), undefined)
  t.equal(hiddenFault(''), undefined)
  for (const text of ['read', 'read a', 'Read /a', 'read /a /']) {
    t.equal(hiddenFault(text), text.split(' ')[0], text)
  }
})

t.test('a closed plan is told nothing more', async (t) => {
  t.same(planCommandsOf('published'), ['deprecate', 'close'])
  t.same(planCommandsOf('deprecated'), ['publish', 'close'])
  t.same(planCommandsOf('closed'), [])
  t.same(planCommandsOf('toString'), [])
})
