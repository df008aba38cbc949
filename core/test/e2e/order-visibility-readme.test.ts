import t from 'tap'
import { blocksBelow, Terminal } from '../support/command-blocks.ts'
import { HostProcess } from '../support/host-process.ts'
import { strangersFolder } from '../support/strangers-folder.ts'

const page = 'plugins/order-visibility/README.md'

t.test('the first call of order visibility works as it is pasted, from nothing', async (t) => {
  const [serve = '', calls = '', ...others] = await blocksBelow(page, 'First call')
  t.same(others, [])
  const command = /^npx signalbox serve (.+)\n$/.exec(serve)?.[1] ?? ''
  t.ok(command, serve)
  // In a data folder of its own, with its own PostgreSQL; on any port, and the command line's token is in that folder.
  const host = await HostProcess.start(t, {
    words: command.split(' '),
    environment: { SIGNALBOX_ADMIN_TOKEN: '' },
  })
  const folder = await strangersFolder(t, host.home)
  const terminal = new Terminal(folder, {
    ...{ PATH: process.env.PATH, HOME: folder, SIGNALBOX_URL: host.url },
  })
  t.teardown(() => terminal.close())
  const block = calls.replaceAll('http://127.0.0.1:4400', host.url)
  const wanted = [
    /"items": \[[\s\S]*"orderId": "SO-\d+"/,
    /"orderId": "SO-1011",[\s\S]*"customer": "/,
    /^id: \d+\ndata: \{.*"type":"orders\.view\.changed"/m,
  ]
  let text = await terminal.paste(block)
  t.match(text, /\d+ events taken, 0 were there already/)
  // A busy machine is behind with what it was sent: the block may be pasted again.
  const until = Date.now() + 180_000
  while (!wanted.every((one) => one.test(text)) && Date.now() < until) {
    text = await terminal.paste(block)
  }
  for (const one of wanted) t.match(text, one)
})
