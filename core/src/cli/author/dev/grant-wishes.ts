import { createInterface } from 'node:readline/promises'
import { coreErrors } from '../../../errors.ts'
import { say, terminalLanguage } from '../../language.ts'

export interface Wish {
  readonly name: string
  readonly parameters: unknown
  readonly optional: boolean
  readonly why: Readonly<Record<string, string>>
}

interface Ports {
  /** All that is asked for is granted, without a question. */
  readonly grant: boolean
  readonly plugin: string
  readonly print: (line: string) => void
}

/**
 * Asks at the terminal for what a version asks for, as an admin is asked.
 * @returns names of what is granted
 * @throws CORE_CONSENT_MISSING where something required is not
 */
export async function grantedOf(
  wishes: readonly Wish[],
  { grant, plugin, print }: Ports,
): Promise<readonly string[]> {
  for (const wish of wishes) print(sentenceOf(wish))
  const names = [...new Set(wishes.map(({ name }) => name))]
  if (grant || names.length === 0) return names
  const required = wishes.filter(({ optional }) => !optional).map(({ name }) => name)
  if (process.stdin.isTTY && (await isYes())) return names
  if (required.length === 0) return []
  const capabilities = [...new Set(required)].join(', ')
  throw coreErrors.create('DEV_CONSENT_MISSING', { plugin, capabilities })
}

async function isYes(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const question = say({ en: 'Grant it? [y/N] ', 'zh-CN': '是否授予？[y/N] ' })
    return /^(y|yes|是)$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}

function sentenceOf({ name, parameters, optional, why }: Wish): string {
  const text = optional
    ? {
        en: 'asks for {name} {parameters} (optional): {why}',
        'zh-CN': '申请 {name} {parameters}（可选）：{why}',
      }
    : { en: 'asks for {name} {parameters}: {why}', 'zh-CN': '申请 {name} {parameters}：{why}' }
  const reason = why[terminalLanguage()] ?? why.en ?? ''
  return say(text, { name, parameters: JSON.stringify(parameters), why: reason })
}
