import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import type { CallScope } from '../../../src/broker/call-scope.ts'
import type { GuestPorts } from '../../../src/broker/guest-ports.ts'
import { shadowPorts } from '../../../src/rollout/shadow/shadow-guest.ts'
import { version } from '../../support/recorded-call.ts'

const scope = { version, tenant: 'acme' } as CallScope
const signal = new AbortController().signal

function setUp() {
  const asked: string[] = []
  const refused: string[] = []
  const logged: object[] = []
  const host = {
    hostCall: async (_scope: unknown, name: string) => {
      asked.push(name)
      return '{}'
    },
    hasEffect: (name: string) => name !== 'assets.read' && name !== 'meter',
    invocations: {
      watch: () => t.fail('a shadow call is not kept'),
      ended: () => t.fail('a shadow call is not metered'),
    },
    log: {
      child: (fields: object) => {
        logged.push(fields)
        return {}
      },
    },
  } as unknown as GuestPorts
  const ports = shadowPorts(host, { onRefused: (name) => refused.push(name) })
  return { ports, asked, refused, logged }
}

t.test('a shadow call reads, and whatever may change something is refused and told', async (t) => {
  const { ports, asked, refused } = setUp()
  t.equal(await ports.hostCall(scope, 'assets.read', '{}', signal), '{}')
  for (const name of ['db.query', 'events.publish', 'no.such', '__proto__', 'x'.repeat(1000)]) {
    const error = await ports.hostCall(scope, name, '{}', signal).catch((thrown: unknown) => thrown)
    t.ok(error instanceof CodedError, name)
    t.match(error, { code: 'CORE_SHADOW_WRITE_REFUSED' })
    t.ok((error as CodedError).message.length < 300)
  }
  t.same(asked, ['assets.read'])
  t.equal(refused.length, 5)
})

t.test(
  'what it counts is not counted, what it logs says what it is, and nothing is kept',
  async (t) => {
    const { ports, asked, logged } = setUp()
    t.equal(await ports.hostCall(scope, 'meter', '{"unit":"row","n":1}', signal), 'null')
    t.same(asked, [])
    ports.log.child({ plugin: '@test/one' })
    t.same(logged, [{ plugin: '@test/one', shadow: true }])
    const call = { inputJson: '{}', isolate: { configJson: '{}' } }
    const watched = ports.invocations.watch(call as never)
    t.equal(ports.invocations.ended({ guest: watched.guest } as never), undefined)
  },
)
