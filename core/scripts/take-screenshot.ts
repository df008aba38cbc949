import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser } from 'playwright-core'
import { startChromium, withoutChromium } from '../test/support/chromium.ts'

/** Takes the README's pictures: the page of the demo's service after a call, and the console; on a host that is gone afterwards. */
const root = join(import.meta.dirname, '../..')
const images = join(root, 'core/docs/images')
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
  const url = await readyUrl()
  await mkdir(images, { recursive: true })
  const browser = await startChromium({ teardown: (step) => undo.push(step) })
  for (const take of [serviceAfterCall, consoleOfPlugin]) {
    process.stdout.write(`${await take(browser, url)}\n`)
  }
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

async function serviceAfterCall(browser: Browser, url: string): Promise<string> {
  const { service, operation } = JSON.parse(await readFile(join(root, demo), 'utf8'))
  const key = (await readFile(join(home, 'demo-key'), 'utf8')).trim()
  const page = await newPage(browser, { width: 1000, height: 1400 })
  await page.goto(`${url}/catalog/${service}`)
  await page.getByLabel('Key or token').fill(key)
  await page.getByRole('button', { name: 'Open' }).click()
  const name = page.getByRole('heading', { name: operation, exact: true })
  const called = page.locator('#operations > article').filter({ has: name })
  await called.getByRole('button', { name: 'Call' }).click()
  await called.locator('[data-part="answer"]').filter({ hasText: '200 ·' }).waitFor()
  const picture = join(images, 'service-page.png')
  await page.screenshot({ path: picture })
  return picture
}

/** What a plugin asks for and was given, as the operator sees it. */
async function consoleOfPlugin(browser: Browser, url: string): Promise<string> {
  const token = (await readFile(join(home, 'admin-token'), 'utf8')).trim()
  const page = await newPage(browser, { width: 1280, height: 800 })
  await page.goto(`${url}/sign-in`)
  await page.getByRole('button', { name: 'Sign in as the operator' }).click()
  await page.getByLabel("Operator's token").fill(token)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('link', { name: 'Console' }).click()
  await page.goto(`${url}/console/plugins/%40signalbox%2Fquality-checks?tenant=demo&tab=grants`)
  await page.getByText('What it asks for').waitFor()
  const picture = join(images, 'console-plugin.png')
  await page.screenshot({ path: picture })
  return picture
}

function newPage(browser: Browser, viewport: { width: number; height: number }) {
  return browser.newPage({ viewport, locale: 'en-GB', colorScheme: 'light' })
}
