import t from 'tap'
import { cohortPath, memberFault, membersOf } from '../../../web/pages/cohorts/cohort.ts'

t.test('members are read one a line, each once, without the empty lines', async (t) => {
  t.same(membersOf(' tenant:acme \n\napp:acme/erp\r\ntenant:acme\n'), [
    'tenant:acme',
    'app:acme/erp',
  ])
  t.same(membersOf(' \n '), [])
})

t.test('the first member that the host would not take is named', async (t) => {
  t.equal(memberFault(['tenant:acme', 'unit:acme/suzhou', 'subject:acme/u 7']), undefined)
  for (const member of ['acme', 'tenant:Acme', 'app:acme', 'role:acme/x', 'tenant:acme/x']) {
    t.same(memberFault(['tenant:acme', member]), { kind: 'odd', member })
  }
})

t.test('more members than the host takes are too many', async (t) => {
  const most = Array.from({ length: 1000 }, (_, at) => `app:acme/a${at}`)
  t.equal(memberFault(most), undefined)
  t.same(memberFault([...most, 'tenant:acme']), { kind: 'many', most: 1000 })
})

t.test('the path of a cohort is one of its name', async (t) => {
  t.equal(cohortPath('a/b'), '/v1/cohorts/a%2Fb')
})
