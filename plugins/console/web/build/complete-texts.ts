import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const LANGUAGES = ['en', 'zh-CN'] as const

/** A key that one language lacks ends the build: nobody is shown the name of a text. @param folder with one folder a language */
export function completeTexts(folder: string): Plugin {
  return {
    name: 'complete-texts',
    async buildStart() {
      const faults = await textFaults(folder)
      if (faults.length > 0) this.error(`texts are missing:\n${faults.join('\n')}`)
    },
  }
}

/** @returns a line for each key that is in one language and not in the other, or is empty */
export async function textFaults(folder: string): Promise<readonly string[]> {
  const [en, zh] = await Promise.all(LANGUAGES.map((language) => keysOf(join(folder, language))))
  return [...missing(en, zh, 'zh-CN'), ...missing(zh, en, 'en')]
}

function missing(
  from: ReadonlyMap<string, string> | undefined,
  to: ReadonlyMap<string, string> | undefined,
  language: string,
): string[] {
  return [...(from?.keys() ?? [])].flatMap((key) => {
    const text = to?.get(key)
    return text === undefined || text.trim() === '' ? [`${language}: ${key}`] : []
  })
}

async function keysOf(folder: string): Promise<Map<string, string>> {
  const keys = new Map<string, string>()
  for (const name of (await readdir(folder)).filter((one) => one.endsWith('.json')).sort()) {
    collect(
      keys,
      name.replace('.json', ':'),
      JSON.parse(await readFile(join(folder, name), 'utf8')),
    )
  }
  return keys
}

function collect(keys: Map<string, string>, path: string, value: unknown): void {
  if (typeof value === 'string') keys.set(path, value)
  else
    for (const [key, inner] of Object.entries(value as object))
      collect(keys, path.endsWith(':') ? `${path}${key}` : `${path}.${key}`, inner)
}
