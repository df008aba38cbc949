import t from 'tap'
import { personIn } from '../../web/parts/person.ts'

const id = 'usr_366772c426a41d18'

t.test('a user is known however he is kept, and a text that only holds one is a text', (t) => {
  t.strictSame(personIn(id), { id })
  t.strictSame(personIn(`user:${id}`), { id })
  t.strictSame(personIn(`user:acme/${id}`), { id, tenant: 'acme' })
  t.strictSame(personIn(`service:acme/${id}`), { id, tenant: 'acme' })
  for (const text of [`app:${id}`, `by ${id}`, `${id}1`, 'user:mei', 'operator', ''])
    t.equal(personIn(text), undefined, text)
  t.end()
})
