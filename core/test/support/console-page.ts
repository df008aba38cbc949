import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openPage, type Watched } from './chromium.ts'
import { OPERATOR_TOKEN } from './host-process.ts'
import { PASSWORD } from './people.ts'

const root = join(import.meta.dirname, '../../..')
const screenshots = join(root, '.tap/screenshots')

/** Who looks: the operator, or a person by the login that support/people.ts gave. */
export type Viewer = 'operator' | { readonly tenant: string; readonly login: string }

interface Wish {
  readonly url: string
  readonly as: Viewer
  /** Below /console. */
  readonly path?: string
  readonly locale?: 'en-GB' | 'zh-CN'
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
}

/** Words of the host's own page, which are not those of the console. */
const words = {
  'en-GB': {
    operator: 'Sign in as the operator',
    token: "Operator's token",
    tenant: 'Company',
    login: 'Login',
    password: 'Password',
    go: 'Go on',
  },
  'zh-CN': {
    operator: '以运营者身份登录',
    token: '运营者令牌',
    tenant: '租户',
    login: '登录名',
    password: '密码',
    go: '继续',
  },
} as const

/** The console in a browser of its own, entered through the host's page as a person does who opened a link to it. */
export async function openConsole(
  browser: Browser,
  { url, as, path = '', locale = 'en-GB', ...wish }: Wish,
): Promise<Watched> {
  const watched = await openPage(browser, { locale, ...wish })
  const { page } = watched
  const word = words[locale]
  await page.goto(`${url}/console${path}`)
  await page.waitForURL('**/sign-in')
  if (as === 'operator') {
    await page.getByRole('button', { name: word.operator }).click()
    await page.getByLabel(word.token).fill(OPERATOR_TOKEN)
  } else {
    await page.getByLabel(word.tenant).fill(as.tenant)
    await page.getByLabel(word.login).fill(as.login)
    await page.getByLabel(word.password).fill(PASSWORD)
  }
  await page.getByRole('button', { name: word.go, exact: true }).click()
  await page.waitForURL('**/console**')
  await arrived(page)
  return watched
}

/** Goes to an address of the console as somebody does who typed it. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(new URL(`/console${path}`, page.url()).href)
  await arrived(page)
}

/** Something of the page's own is there, and nothing is waited for any more. */
export async function arrived(page: Page): Promise<void> {
  await page.locator('main h1, main [role="alert"], main .ant-alert').first().waitFor()
  await page
    .locator('main .waiting, main .ant-spin-spinning, main .ant-skeleton-active')
    .first()
    .waitFor({ state: 'detached' })
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[]
}

/** Longer than anything moves. */
const MOVING_MS = 5000

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
let axe: Promise<string> | undefined

/** @returns a line for each rule that the page breaks, and where: https://github.com/dequelabs/axe-core */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  axe ??= readFile(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
  // What is on its way from one colour to another has neither.
  await page.evaluate(`Promise.race([
    Promise.allSettled(document.getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime < Infinity).map((one) => one.finished)),
    // One that is held never ends.
    new Promise((resolve) => setTimeout(resolve, ${MOVING_MS})),
  ])`)
  await page.evaluate(await axe)
  const violations = await page.evaluate(async (runOnly) => {
    // biome-ignore lint/suspicious/noExplicitAny: it has put itself there
    const { axe } = globalThis as any
    return (await axe.run({ runOnly })).violations as Violation[]
  }, RULES)
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ target }) => target.join(' '))
        .join(', ')}`,
  )
}

/** Kept for whoever looks at the run: .tap/screenshots. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' })
}

/** Where the page leads within the console, its tabs too: paths below /console. */
export async function linksOf(page: Page): Promise<readonly string[]> {
  const paths = await page.evaluate<string[]>(`[
    ...[...document.querySelectorAll('a[href^="/console"]')].map((link) => link.getAttribute('href')),
    ...[...document.querySelectorAll('[role="tablist"] [data-node-key]')].map((tab) => {
      const url = new URL(location.href)
      url.searchParams.set('tab', tab.getAttribute('data-node-key'))
      return url.pathname + url.search
    }),
  ]`)
  const below = paths.map((path) => path.replace(/^\/console(?=[/?]|$)/, ''))
  return [...new Set(below.map((path) => (path.startsWith('/') ? path : `/${path}`)))]
}
