import t from 'tap'
import type { UserViewer, Viewer } from '../../web/api/viewer.ts'
import { PAGES, type PageId } from '../../web/app/page-table.ts'

const user = (...roles: UserViewer['roles']): Viewer => ({
  ...{ kind: 'user', tenant: 'acme', id: 'usr_1', login: 'ann', displayName: 'Ann' },
  ...{ roles, permissions: [] },
})

const isOffered = (id: PageId, viewer: Viewer): boolean =>
  PAGES.some((page) => page.id === id && (page.isFor?.(viewer) ?? true))

const operator: Viewer = { kind: 'operator' }
const admin = user({ role: 'admin', units: null })
const unitAdmin = user({ role: 'admin', units: ['suzhou'] })
const auditor = user({ role: 'auditor', units: null })
const planner = user({ role: 'planner', units: null })

t.test('each page has an address of its own', async (t) => {
  t.equal(new Set(PAGES.map(({ path }) => path)).size, PAGES.length)
  t.equal(new Set(PAGES.map(({ id }) => id)).size, PAGES.length)
})

t.test(
  'admin tokens are offered to who is an admin of all, by no role of the tenant',
  async (t) => {
    t.ok(isOffered('admin-tokens', operator))
    t.ok(isOffered('admin-tokens', admin))
    for (const other of [unitAdmin, auditor, planner]) t.notOk(isOffered('admin-tokens', other))
  },
)

t.test('cohorts, updates and removals are offered to the operator alone', async (t) => {
  for (const id of ['cohorts', 'updates', 'removal'] as const) {
    t.ok(isOffered(id, operator), id)
    t.notOk(isOffered(id, admin), id)
  }
})
