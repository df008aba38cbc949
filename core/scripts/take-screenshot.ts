import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startChromium, withoutChromium } from '../test/support/chromium.ts'

/** Takes the README's picture: the page of the demo's service after a call, on a host that is gone afterwards. */
const root = join(import.meta.dirname, '../..')
const picture = join(root, 'core/docs/images/service-page.png')
const demo = 'plugins/inventory-forecast/demo.json'

if (withoutChromium !== false) throw new Error(withoutChromium)
const home = await mkdtemp(join(tmpdir(), 'signalbox-picture-'))
const host = spawn(process.execPath, ['core/bin/signalbox.mjs', 'serve', '--demo', demo], {
  cwd: root,
  env: { ...process.env, PORT: '0', SIGNALBOX_HOME: home, LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const gone = new Promise((resolve) => host.once('close', resolve))
const undo: (() => unknown)[] = []
try {
  await takePicture(await readyUrl())
  process.stdout.write(`${picture}\n`)
} finally {
  for (const step of undo) await step()
  host.kill('SIGTERM')
  await gone
  await rm(home, { recursive: true, force: true })
}

async function readyUrl(): Promise<string> {
  for await (const line of createInterface({ input: host.stdout })) {
    if (line.startsWith('ready ')) return line.slice(6)
  }
  throw new Error('the host ended')
}

async function takePicture(url: string): Promise<void> {
  const { service, operation } = JSON.parse(await readFile(join(root, demo), 'utf8'))
  const key = (await readFile(join(home, 'demo-key'), 'utf8')).trim()
  const browser = await startChromium({ teardown: (step) => undo.push(step) })
  const page = await browser.newPage({
    viewport: { width: 1000, height: 1400 },
    locale: 'en-GB',
    colorScheme: 'light',
  })
  await page.goto(`${url}/catalog/${service}`)
  await page.getByLabel('Key or token').fill(key)
  await page.getByRole('button', { name: 'Open' }).click()
  const name = page.getByRole('heading', { name: operation, exact: true })
  const called = page.locator('#operations > article').filter({ has: name })
  await called.getByRole('button', { name: 'Call' }).click()
  await called.locator('[data-part="answer"]').filter({ hasText: '200 ·' }).waitFor()
  await mkdir(join(root, 'core/docs/images'), { recursive: true })
  await page.screenshot({ path: picture })
}
