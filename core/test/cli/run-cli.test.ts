import { type AddressInfo, createServer, type Socket } from 'node:net'
import t from 'tap'
import { noTerminal, printedByCli, runCli, typeAtCli } from '../support/run-cli.ts'

/** What the tests of the command line run it by. */

const held = new Set<Socket>()
const silent = createServer((socket) => held.add(socket))
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
t.teardown(() => {
  for (const socket of held) socket.destroy()
  silent.close()
})
const host = { url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` }

t.test(
  'what the command prints and how it ends is told; language and more are given',
  async (t) => {
    // A port that no client calls.
    const nowhere = { url: 'http://127.0.0.1:9' }
    const words = ['plugin', 'show', '@probe/one']
    const chinese = await runCli(nowhere, words, { language: 'zh-CN' })
    t.match(chinese, { code: 1, output: '', errors: /^无法连接主机/ })
    await t.rejects(printedByCli(nowhere, words), {
      message: /^plugin show @probe\/one: .*\[CLI_HOST_UNREACHABLE\]/,
    })
    const other = { env: { SIGNALBOX_URL: 'http://127.0.0.1:6000' } }
    t.match((await runCli(nowhere, words, other)).errors, ':6000')
  },
)

t.test('a question that never comes is waited for until a deadline', { skip: noTerminal() }, (t) =>
  t.rejects(typeAtCli(host, ['plugin', 'show', '@probe/one'], 'y', 2000), /did not ask within/),
)
