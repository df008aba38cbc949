import type { Page } from 'playwright-core'
import { axeViolations, goTo, linksOf } from './console-page.ts'

/** More than the console has: a page that leads on and on would not end. */
const MOST_PAGES = 200

/** Pages that no other leads to. */
const DEEP = ['/', '/first-rollout', '/rollouts/new', '/nowhere']

/**
 * Goes wherever the console leads, each kind of page once.
 * @param visit is told each page when it is there
 * @returns the paths that were seen
 */
export async function crawl(
  page: Page,
  query: string,
  visit: (path: string) => Promise<void>,
): Promise<readonly string[]> {
  const kinds = new Set<string>()
  const seen: string[] = []
  const waiting = DEEP.map((path) => `${path}${query}`)
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const kind = kindOf(path)
    if (kinds.has(kind)) continue
    if (kinds.size >= MOST_PAGES) throw new Error(`the console has more than ${MOST_PAGES} pages`)
    kinds.add(kind)
    await goTo(page, path)
    await visit(path)
    seen.push(path)
    waiting.push(...(await linksOf(page)))
  }
  return seen
}

/** Things of one kind are shown by one page: names of things are no words. */
function kindOf(path: string): string {
  const url = new URL(path, 'http://console')
  const words = url.pathname.split('/').map((word) => (/^[a-z-]*$/.test(word) ? word : '*'))
  return `${words.join('/')} ${url.searchParams.get('tab') ?? ''}`
}

/** In the light and in the dark. @returns a line for each rule that is broken */
export async function violationsInBoth(page: Page, path: string): Promise<readonly string[]> {
  const lines: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-scheme="${colorScheme}"]`).waitFor({ state: 'attached' })
    for (const line of await axeViolations(page)) lines.push(`${path} ${colorScheme}: ${line}`)
  }
  return lines
}
