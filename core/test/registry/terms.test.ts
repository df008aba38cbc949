import t from 'tap'
import { termsOf } from '../../src/registry/terms.ts'

const plan = { service: 'orders.forecast@1', name: 'partner', ratePerS: 5, burst: 10 }
const other = { ...plan, name: 'standard' }

function hashWith(terms: object, license = 'Apache-2.0', text = 'All rights'): string | null {
  const file = (path: string, content: string) => ({
    ...{ path, bytes: Buffer.from(content) },
    sha256: `sha of ${content}`,
  })
  return termsOf({
    packageJson: { license },
    manifest: { terms: { file: { en: 'TERMS.md' }, ...terms } } as never,
    files: [file('TERMS.md', 'You pay'), file('LICENSE', text)] as never,
  }).hash
}

t.test('each word that is agreed to is in the hash, and the order of plans is none', async (t) => {
  const agreed = hashWith({ plans: [plan, other] })
  t.equal(hashWith({ plans: [other, plan] }), agreed)
  t.equal(
    hashWith({ plans: [{ ...plan }, Object.fromEntries(Object.entries(other).reverse())] }),
    agreed,
  )
  for (const changed of [
    hashWith({ plans: [plan] }),
    hashWith({ plans: [{ ...plan, burst: 11 }, other] }),
    hashWith({ plans: [{ ...plan, label: { en: 'More' } }, other] }),
    hashWith({ plans: [plan, other], price: { en: '1 CNY' } }),
    hashWith({ plans: [plan, other] }, 'MIT'),
    hashWith({ plans: [plan, other] }, 'Apache-2.0', 'Some rights'),
  ]) {
    t.not(changed, agreed)
  }
})

t.test('what was accepted of a manifest that declares no plan stays accepted', async (t) => {
  // As it was hashed before manifests could declare plans.
  t.equal(hashWith({}), hashWith({ plans: [] }))
  t.equal(hashWith({}), 'b53868a845a3b465cf219f3c4b185f3db5cc1d68ca154e326e4fefe74710d8d9')
})
