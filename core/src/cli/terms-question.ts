import { createInterface } from 'node:readline/promises'
import type { HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'

interface PlannedTerms {
  readonly license: string | null
  readonly price: Readonly<Record<string, string>> | null
  readonly text: Readonly<Record<string, string>> | null
  readonly hash: string | null
  readonly isAccepted: boolean
  readonly plans: readonly {
    readonly service: string
    readonly major: number
    readonly plans: readonly { readonly name: string }[]
  }[]
}

/**
 * Shows the terms of a version that has some which nobody has accepted here, and asks. Where nobody sits at the terminal
 * nothing is asked, and the host refuses with the hash to accept.
 * @returns the hash of what was accepted
 */
export async function askForTerms(
  client: HostClient,
  { name, version }: { name: string; version?: string },
  isMachine: boolean,
): Promise<string | undefined> {
  if (isMachine || !process.stdin.isTTY || !process.stdout.isTTY) return undefined
  const path = `/v1/plugins/${encodeURIComponent(name)}:plan`
  const wish = version === undefined ? {} : { version }
  const { terms } = await client.request<{ terms: PlannedTerms }>('POST', path, wish)
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

/** What a person reads before he agrees. Without what would move the cursor: the text is a stranger's. */
function termsLines({ license, price, text, plans, hash }: PlannedTerms): string[] {
  const in_ = (texts: Readonly<Record<string, string>> | null) =>
    texts?.[terminalLanguage()] ?? texts?.['en'] ?? ''
  const offered = plans.flatMap(({ service, major, plans: some }) =>
    some.map((plan) => `${service}@${major}: ${plan.name}`),
  )
  return [
    say({ en: 'Licence: {license}', 'zh-CN': '许可证：{license}' }, { license: license ?? '-' }),
    ...(price === null
      ? []
      : [say({ en: 'Price: {price}', 'zh-CN': '价格：{price}' }, { price: in_(price) })]),
    ...(offered.length === 0
      ? []
      : [say({ en: 'Plans: {plans}', 'zh-CN': '方案：{plans}' }, { plans: offered.join(', ') })]),
    '',
    in_(text),
    '',
    say({ en: 'Hash: {hash}', 'zh-CN': '哈希：{hash}' }, { hash: hash ?? '' }),
  ].map((line) =>
    line.replace(/[\p{Cc}\p{Cf}]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : '')),
  )
}
