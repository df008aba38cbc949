import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const source = fileURLToPath(new URL('../src/', import.meta.url))

t.test(
  'no feature gives its refusal the name of another: the later one would be told for both',
  async (t) => {
    const owners = new Map<string, string>()
    for (const file of globSync('**/*errors.ts', { cwd: source })) {
      const text = readFileSync(`${source}${file}`, 'utf8')
      for (const [, name = ''] of text.matchAll(/^ {2}([A-Z][A-Z0-9_]*): \{$/gm)) {
        t.equal(owners.get(name), undefined, `${name} of ${file}`)
        owners.set(name, file)
      }
    }
    t.ok(owners.size > 250, `${owners.size} names were looked at`)
  },
)
