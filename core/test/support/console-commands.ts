import type { Page } from 'playwright-core'
import { runCli } from './run-cli.ts'

/** Nothing listens there: what is understood fails at the first request, and changes nothing. */
const NOWHERE = { url: 'http://127.0.0.1:9' }
/** How the command line ends where it does not know the words, and what it says of a value that is none. */
const NOT_UNDERSTOOD = 2
const NO_VALUE = 'CORE_ARGUMENT_INVALID'
/** A file that whoever pastes the line has, and this machine has not. */
const NO_FILE = 'ENOENT'
const PREFIX = 'npx signalbox '
/** It makes a folder, without a host. */
const WRITES = ['create']

/** What a page says the command line does. */
export async function commandsOn(page: Page): Promise<readonly string[]> {
  const lines = await page.locator('.cli-line code').allTextContents()
  return lines.filter((line) => line.startsWith(PREFIX))
}

/**
 * Gives each kind of command to the real command line, once.
 * @returns those that it does not understand, with what it says
 */
export async function misspelt(lines: Iterable<string>): Promise<readonly string[]> {
  const kinds = new Map([...lines].map((line) => [kindOf(wordsOf(line)), line]))
  const wrong: string[] = []
  for (const line of kinds.values()) {
    const words = wordsOf(line)
    if (WRITES.includes(words[0] ?? '')) continue
    const { code, errors } = await runCli(NOWHERE, words)
    const isNoValue = errors.includes(NO_VALUE) && !errors.includes(NO_FILE)
    const isWrong = code === NOT_UNDERSTOOD || isNoValue
    if (isWrong) wrong.push(`${line}: ${errors.trim()}`)
  }
  return wrong
}

/** As a shell has them, up to where the line goes on to another command or a file. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = []
  for (const [word] of line.slice(PREFIX.length).matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)) {
    if (['&&', '>', '>>', '|', ';'].includes(word)) break
    words.push(
      word.replaceAll(
        /'([^']*)'|"([^"]*)"|\\(.)/g,
        (_all, one?: string, two?: string, three?: string) => one ?? two ?? three ?? '',
      ),
    )
  }
  return words
}

/** Names of things make no other command. */
function kindOf(words: readonly string[]): string {
  return words
    .map((word, at) =>
      at < 2 && /^[a-z-]+$/.test(word) ? word : (/^--[a-z-]+/.exec(word)?.[0] ?? '*'),
    )
    .join(' ')
}
