import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { capturePrimordials } from '../../src/lane/child/guest/primordials.ts'
import { basicRef, secretRef } from '../../src/lane/child/guest/secret-ref.ts'

const p = capturePrimordials()

t.test('a secret is named by a text that stands for it', (t) => {
  t.equal(secretRef(p, 'weather-key'), '{{secret:weather-key}}')
  t.equal(basicRef(p, 'a user', 'weather-key'), 'Basic {{basic:a%20user:weather-key}}')
  t.throws(() => secretRef(p, 7), TypeError)
  t.throws(() => basicRef(p, 'a:b', 'key'), TypeError)
  t.throws(() => basicRef(p, undefined, 'key'), TypeError)
  t.end()
})

t.test('whatever the user is called, the host reads the same', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((user) => !user.includes(':')),
      (user) => {
        const [, written = ''] = /^Basic \{\{basic:([A-Za-z0-9%]*):key\}\}$/.exec(
          basicRef(p, user, 'key'),
        ) ?? ['', '%']
        return decodeURIComponent(written) === user
      },
    ),
  )
  t.end()
})
