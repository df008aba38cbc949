import '../../plain-spawn.ts'
import t from 'tap'
import { Sandbox, type SandboxEvent } from '../../../src/index.ts'
import { bundle, codeOf, guestCall, outputOf } from '../../guest-fixture.ts'

const events: SandboxEvent[] = []
const sandbox = await Sandbox.start({ lanes: 1, onEvent: (event) => events.push(event) })
t.teardown(() => sandbox.stop())
const run = (source: string) =>
  sandbox.call(guestCall(bundle(`run: ${source}`), { limits: { turnMs: 1000 }, deadlineMs: 8000 }))

t.test('a rejection that nobody handles costs neither the answer nor the isolate', async (t) => {
  const texts = [
    'x',
    'Script execution timed out.',
    'Isolate was disposed during execution due to memory limit',
  ]
  for (const text of texts) {
    t.equal(
      outputOf(await run(`() => { Promise.reject(new Error('${text}')); return 1 }`)),
      1,
      text,
    )
  }
  t.same(events, [])
})

t.test(
  'what throws while a failure is written down does not keep it from being told',
  async (t) => {
    const replaced = `() => { Array.prototype.toJSON = Object.prototype.toJSON = () => { throw 1 }; throw new Error('mine') }`
    t.match(await run(replaced), { error: { code: 'SBX_PLUGIN_THREW', message: /mine/ } })
  },
)

t.test('no text of isolated-vm reaches an author', async (t) => {
  const deep = await sandbox.call(guestCall(`${'['.repeat(200_000)}`))
  t.equal(codeOf(deep), 'SBX_LOAD_FAILED')
  const odd = await sandbox.call(guestCall('throw { isolated: "vm" }'))
  for (const outcome of [deep, odd]) {
    t.match(outcome, { kind: 'failed' })
    if (outcome.kind === 'failed') t.notMatch(outcome.error.message, /isolated-vm/)
  }
})
