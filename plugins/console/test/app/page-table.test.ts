import t from 'tap'
import type { Viewer } from '../../web/api/viewer.ts'
import { PAGES, type PageId, pagesFor } from '../../web/app/page-table.ts'
import { ann, operator } from '../viewers.ts'

const isOffered = (id: PageId, viewer: Viewer): boolean =>
  pagesFor(viewer).some((page) => page.id === id)

t.test('each page has an address of its own', async (t) => {
  t.equal(new Set(PAGES.map(({ path }) => path)).size, PAGES.length)
  t.equal(new Set(PAGES.map(({ id }) => id)).size, PAGES.length)
})

t.test('a page of the host is offered to whom the host gives what it shows', async (t) => {
  t.ok(isOffered('subscriptions', ann({ actions: ['subscription.read'] })))
  t.notOk(isOffered('subscriptions', ann({ actionsInUnits: ['subscription.read'] })))
  t.notOk(isOffered('subscriptions', ann()))
  t.ok(isOffered('users', ann({ actionsInUnits: ['user.list'] })), 'of what is of units, in some')
  t.ok(isOffered('home', ann()))
})

t.test('cohorts, updates and removals are offered to the operator alone', async (t) => {
  for (const id of ['cohorts', 'updates', 'removal'] as const) {
    t.ok(isOffered(id, operator()), id)
    t.notOk(isOffered(id, ann()), id)
  }
})
