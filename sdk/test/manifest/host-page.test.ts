import t from 'tap'
import { HOST_PAGE_POINT, hostPageFaults, hostPages } from '../../src/manifest/host-page.ts'

const page = { path: '/console', entry: 'ui/index.html', title: { en: 'Console' } }
const contributed = (...values: unknown[]) => ({
  contributes: values.map((value) => ({ point: HOST_PAGE_POINT, value })),
})
const sound = {
  runtime: { tier: 'trusted' },
  capabilities: { 'ui:mount': [{ point: HOST_PAGE_POINT }] },
  provides: contributed(page),
}
const faultsOf = (change: object) => hostPageFaults({ ...sound, ...change })

t.test('a page of a trusted plugin with the capability is sound', async (t) => {
  t.strictSame(faultsOf({}), [])
  t.strictSame(hostPages(sound), [page])
  t.strictSame(hostPages({ runtime: { tier: 'sandbox' } }), [])
})

t.test(
  'a page of any other tier, or without the capability for just this point, is not',
  async (t) => {
    const pointer = '/provides/contributes/0/point'
    t.match(faultsOf({ runtime: { tier: 'sandbox' } }), [{ pointer, detail: /tier trusted/ }])
    t.match(faultsOf({ runtime: { tier: 'declarative' } }), [{ pointer, detail: /tier trusted/ }])
    for (const mounts of [
      undefined,
      [{ point: 'console/page/v1' }],
      [{ point: HOST_PAGE_POINT, optional: true }],
    ]) {
      const capabilities = mounts === undefined ? {} : { 'ui:mount': mounts }
      t.match(faultsOf({ capabilities }), [{ pointer, detail: /ui:mount/ }])
    }
  },
)

t.test('a path is one part that is neither the host’s nor named twice', async (t) => {
  const faults = (value: object) => faultsOf({ provides: contributed({ ...page, ...value }) })
  for (const path of ['/v1', '/ui', '/api', '/sign-in', '/metrics']) {
    t.match(faults({ path }), [{ detail: /the host's own/ }], path)
  }
  for (const path of [
    'console',
    '/',
    '/a',
    '/Console',
    '/con/sole',
    '/con.sole',
    '/%2e%2e',
    `/${'a'.repeat(42)}`,
  ]) {
    t.match(faults({ path }), [{ pointer: '/provides/contributes/0/value/path' }], path)
  }
  const twice = faultsOf({ provides: contributed(page, page) })
  t.match(twice, [{ pointer: '/provides/contributes/1/value/path', detail: /twice/ }])
})

t.test('an entry is an HTML file of the folder ui', async (t) => {
  for (const entry of [
    'index.html',
    'ui/../dist/x.html',
    'ui/.x.html',
    'ui//x.html',
    'ui/x.js',
    '/ui/x.html',
  ]) {
    const provides = contributed({ ...page, entry })
    t.match(faultsOf({ provides }), [{ pointer: '/provides/contributes/0/value/entry' }], entry)
  }
  t.strictSame(faultsOf({ provides: contributed({ ...page, entry: 'ui/app/index.html' }) }), [])
})
