import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Teardown } from './host-process.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** One that is named, or none where the name is empty; else the first that is there. */
const named = process.env.SIGNALBOX_CHROMIUM
const path = named === undefined ? places.find((place) => existsSync(place)) : named || undefined

/** Why tests of pages are left out; false: they are not. The option `skip` of a test. */
export const withoutChromium: string | false =
  path === undefined &&
  'no Chromium here: install it (Debian: apt-get install chromium), or name one in SIGNALBOX_CHROMIUM'

/** A browser that is started on a machine with two busy cores; what a page shows is waited for as long. */
const PATIENCE_MS = 60_000

/**
 * It sees this machine and nothing else. Its own sandbox needs what root in a container has not; it shows nothing but
 * the pages of the tests.
 */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

/** With an empty profile of its own, which goes with it. */
export async function startChromium(t: Teardown): Promise<Browser> {
  const browser = await chromium.launch({
    ...(path === undefined ? {} : { executablePath: path }),
    args: flags,
    chromiumSandbox: false,
    timeout: PATIENCE_MS,
  })
  t.teardown(() => browser.close())
  return browser
}

export interface Watched {
  readonly page: Page
  /** What the browser complained of: errors of scripts, what a policy kept from running, dialogs that opened. */
  readonly complaints: readonly string[]
}

interface Wish {
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
  /** In pixels; what a browser chooses where it is left out. */
  readonly width?: number
}

const HEIGHT = 900

/** A page in a context of its own: nobody is signed in. */
export async function openPage(
  browser: Browser,
  { locale = 'en-GB', colorScheme = 'light', width }: Wish = {},
): Promise<Watched> {
  const context = await browser.newContext({
    locale,
    colorScheme,
    // What moves in and out is twice there, or neither, for whoever looks at a page by its roles and names.
    reducedMotion: 'reduce',
    ...(width === undefined ? {} : { viewport: { width, height: HEIGHT } }),
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // A refusal is an answer that a page shows; the browser writes a line of its own for each.
    const isRefusal = /^Failed to load resource: the server responded with/.test(message.text())
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  return { page, complaints }
}
