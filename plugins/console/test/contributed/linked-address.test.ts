import t from 'tap'
import { linkedAddress } from '../../web/contributed/linked-address.ts'

const to = { spec: { id: 'lot', path: '/quality/lot', title: { en: 'Lot' } } }

t.test('a link hands over what its page says, and the tenant goes along', async (t) => {
  t.strictSame(linkedAddress(to, '?tenant=acme', [['lot', 'L 1']]), {
    pathname: '/p/quality/lot',
    search: 'tenant=acme&lot=L+1',
  })
  t.strictSame(linkedAddress(to, '', []), { pathname: '/p/quality/lot', search: '' })
})

t.test('no page of a plugin leads somebody to another tenant', async (t) => {
  const handed = [
    ['tenant', 'globex'],
    ['lot', 'L'],
  ] as const
  t.equal(linkedAddress(to, '?tenant=acme', handed).search, 'tenant=acme&lot=L')
  t.equal(linkedAddress(to, '', handed).search, 'lot=L')
})
