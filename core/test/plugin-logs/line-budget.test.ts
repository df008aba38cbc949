import t from 'tap'
import { LineBudget } from '../../src/plugin-logs/line-budget.ts'

/** How many of `wanted` lines are kept at that instant. */
function kept(
  budget: LineBudget,
  level: 'info' | 'error',
  wanted: number,
  at: number,
  tenant = 'acme',
) {
  let count = 0
  for (let n = 0; n < wanted; n++) if (budget.take(tenant, '@a/one', level, at)) count++
  return count
}

t.test('a thousand lines at once, then twenty a second', async (t) => {
  const budget = new LineBudget()
  t.equal(kept(budget, 'info', 5000, 0), 1000)
  t.equal(kept(budget, 'info', 5000, 1000), 20)
  t.equal(kept(budget, 'info', 5000, 500), 0, 'a clock that was set back gives nothing')
  t.equal(kept(budget, 'info', 5000, 3_600_000), 1000)
})

t.test('errors have room of their own, and so has each tenant', async (t) => {
  const budget = new LineBudget()
  t.equal(kept(budget, 'info', 5000, 0), 1000)
  t.equal(kept(budget, 'error', 5, 0), 5)
  t.equal(kept(budget, 'info', 5, 0, 'globex'), 5)
})

t.test('more tenants than can be told apart get nothing, until some are forgotten', async (t) => {
  const budget = new LineBudget()
  for (let n = 0; n < 10_000; n++) kept(budget, 'info', 1, 0, `t${n}`)
  t.equal(kept(budget, 'info', 1, 0, 'late'), 0)
  t.equal(kept(budget, 'info', 1, 1000, 'late'), 1)
})
