import { createInterface } from 'node:readline/promises'
import type { HostClient } from './host-client.ts'
import { say } from './language.ts'
import { type PlannedTerms, termsLines } from './terms-lines.ts'

/** @throws HostRefusal where the version cannot be looked into, or the caller may not */
export async function readTerms(
  client: HostClient,
  { name, version }: { name: string; version?: string },
): Promise<PlannedTerms> {
  const body = version === undefined ? {} : { version }
  return client.request('POST', `/v1/plugins/${encodeURIComponent(name)}:terms`, body)
}

/**
 * Shows the terms of a version that has some which nobody has accepted here, and asks. Where nobody sits at the terminal
 * nothing is asked, and the host refuses with the hash to accept.
 * @returns the hash of what was accepted
 */
export async function askForTerms(
  client: HostClient,
  wish: { name: string; version?: string },
  isMachine: boolean,
): Promise<string | undefined> {
  if (isMachine || !process.stdin.isTTY || !process.stdout.isTTY) return undefined
  const terms = await readTerms(client, wish)
  if (terms.hash === null || terms.isAccepted) return undefined
  process.stdout.write(`${termsLines(terms).join('\n')}\n`)
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const question = say({ en: 'Accept these terms? [y/N] ', 'zh-CN': '接受这些条款吗？[y/N] ' })
    return /^y(es)?$/i.test((await lines.question(question)).trim()) ? terms.hash : undefined
  } finally {
    lines.close()
  }
}
