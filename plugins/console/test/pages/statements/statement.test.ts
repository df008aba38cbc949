import t from 'tap'
import { exactText, monthsUntil, statementPath } from '../../../web/pages/statements/statement.ts'

t.test('months are those of UTC, the newest first, over the turn of a year', async (t) => {
  const months = monthsUntil(Date.parse('2026-02-28T23:59:00Z'))
  t.same(months.slice(0, 4), ['2026-02', '2026-01', '2025-12', '2025-11'])
  t.equal(months.length, 24)
  t.equal(monthsUntil(Date.parse('2026-03-31T12:00:00Z'))[1], '2026-02', 'not one of 31 days')
})

t.test('no digit of an amount is lost or made up', async (t) => {
  t.equal(exactText('0.30', 'en'), '0.30')
  t.equal(exactText('12345678901234567890.0150', 'en'), '12,345,678,901,234,567,890.0150')
  t.equal(exactText('-3', 'en'), '-3')
})

t.test('a statement is a tenant’s or a publisher’s', async (t) => {
  t.equal(
    statementPath({ kind: 'publisher', id: 'a b' }, '2026-02'),
    '/v1/publishers/a%20b/statements/2026-02',
  )
})
