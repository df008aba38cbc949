import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { blocksBelow, Terminal } from '../support/command-blocks.ts'
import { freePort } from '../support/free-port.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { strangersFolder } from '../support/strangers-folder.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

interface Forecast {
  readonly mean: readonly number[]
}

function forecastIn(text: string): Forecast {
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Forecast
}

t.test("the README's first call works as it is pasted, after the demo of npm start", async (t) => {
  const { hostUrl } = await testDatabases(t)
  const demo = join(root, 'plugins/inventory-forecast/demo.json')
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    words: ['--demo', demo],
    // On its own machine the command line finds the token in the data folder.
    environment: { SIGNALBOX_ADMIN_TOKEN: '', SIGNALBOX_KEY_FILE: await keyFile(t) },
  })
  const blocks = await blocksBelow('README.md', 'Your own first call, in five minutes')
  const [subscribe = '', curl = '', typeScript = '', ownPage = ''] = blocks
  t.equal(blocks.length, 4)
  const folder = await strangersFolder(t, host.home)
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    SIGNALBOX_HOME: host.home,
    SIGNALBOX_URL: host.url,
  }
  const terminal = new Terminal(folder, environment)
  t.teardown(() => terminal.close())
  const subscribed = await terminal.paste(subscribe)
  t.match(subscribed, /is offered \(manual\)[\s\S]*waits for the owner[\s\S]*sub_\w+ · active/)
  t.notMatch(subscribed, 'dsk_', 'no key is on the screen')
  const called = await terminal.paste(curl)
  const { mean } = forecastIn(called)
  t.equal(mean.length, 3)
  t.ok(mean.every(Number.isFinite))
  const typed = await terminal.paste(typeScript)
  t.match(typed, /^\S+ \[[-\d., e]+\]\nexit 0\n$/, 'the types are right, and the call is answered')
  const call = join(folder, 'my-app/call.ts')
  await writeFile(call, (await readFile(call, 'utf8')).replace('horizon', 'horizn'))
  const check = typeScript.split('\n').find((line) => line.startsWith('npx tsc')) ?? ''
  t.match(await terminal.paste(check), /horizn[\s\S]*exit [1-9]/, 'a misspelt field is told')
  await t.test('and two capabilities of a company', (t) => ofACompany(t, terminal))
  const origin = `http://localhost:${await freePort()}`
  const moved = ownPage.replaceAll('5500', new URL(origin).port)
  await terminal.begin(moved, /^open http/m)
  await fromPage(t, origin, host.url, mean)
})

async function ofACompany(t: Test, terminal: Terminal) {
  const blocks = await blocksBelow('README.md', 'Two capabilities of a company, in five blocks')
  const [feed = '', plan = '', arrival = '', decision = '', order = ''] = blocks
  t.equal(blocks.length, 5)
  // A busy machine takes longer than the page says: blocks may be pasted again.
  const shows = async (block: string, wanted: RegExp) => {
    const until = Date.now() + 180_000
    let text = await terminal.paste(block)
    while (!wanted.test(text) && Date.now() < until) text = await terminal.paste(block)
    t.match(text, wanted)
  }
  await shows(feed, /786 events taken[\s\S]*exit 0/)
  await shows(plan, /"plan": "rings",[\s\S]*exit 0/)
  await shows(arrival, /"pending": 1100[\s\S]*"sampleSize": 80,\s+"accept": 2,\s+"reject": 3/)
  await shows(decision, /"outcome": "reject"[\s\S]*"rejected": 1100[\s\S]*"state": "decided"/)
  await shows(order, /REORDER_POINT[\s\S]*STOCK_POSITION[\s\S]*Quality keeps 1100 of 1 lots/)
}

/** What the page does, as a browser, or as much of it as can be seen without one. */
async function fromPage(t: Test, origin: string, host: string, mean: readonly number[]) {
  const token = await (await fetch(`${origin}/token`, { method: 'POST' })).text()
  const answer = await fetch(`${host}/api/inventory.forecast/v1/forecast`, {
    method: 'POST',
    headers: { origin, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"history":[12,15,11,18,21,17,22,25],"frequency":1,"horizon":3}',
  })
  t.equal(answer.status, 200, token)
  t.equal(answer.headers.get('access-control-allow-origin'), origin)
  t.same(((await answer.json()) as Forecast).mean, mean)
  await t.test('in a browser', { skip: withoutChromium }, async (t) => {
    const { page, complaints } = await openPage(await startChromium(t))
    await page.goto(origin)
    t.notMatch(await page.content(), /dsk_|eyJ/, 'the page holds no secret')
    await page.getByRole('button', { name: 'Forecast' }).click()
    await page.locator('pre:not(:empty)').waitFor()
    t.same(forecastIn(await page.locator('pre').innerText()).mean, mean)
    t.same(complaints, [])
  })
}

t.test('help shows examples, machines get JSON, and a refusal tells the cure', async (t) => {
  const signalbox = async (words: readonly string[], language = 'en') => {
    const env = {
      PATH: process.env.PATH,
      SIGNALBOX_LANG: language,
      SIGNALBOX_URL: 'http://127.0.0.1:1',
    }
    const command = join(root, 'core/bin/signalbox.mjs')
    return run(process.execPath, [command, ...words], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  }
  for (const words of ['serve', 'migrate', 'pack', 'subscribe', 'call']) {
    const { code, stdout } = await signalbox([words, '--help'])
    t.equal(code, 0, words)
    t.match(stdout, /EXAMPLES\s+\S*signalbox/, words)
  }
  t.match((await signalbox(['plugin', 'enable', '--help'], 'zh')).stdout, '示例')
  t.match(await signalbox([]), { code: 0, stdout: /serve[\s\S]*call/ })
  t.match(await signalbox(['nonsense']), { code: 2 })
  t.match(await signalbox(['app', 'create', 'x', '--tenant', 'acme', '--json']), {
    code: 1,
    stdout: '',
    stderr: /"code":"CLI_HOST_UNREACHABLE"/,
  })
  t.match(await signalbox(['app', 'create', 'x', '--tenant', 'acme'], 'zh'), {
    stderr: /npm start/,
  })
  t.match(await signalbox(['call', 'nonsense', '{}']), { code: 1, stderr: /ARGUMENT_INVALID/ })
})
