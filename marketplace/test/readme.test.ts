import { readFile } from 'node:fs/promises'
import t from 'tap'

const folder = new URL('../', import.meta.url)
const readme = await readFile(new URL('README.md', folder), 'utf8')
const read = (path: string) => readFile(new URL(path, folder), 'utf8')
const testsIn = (line: string) =>
  [...line.matchAll(/\]\(([^)]+\.(?:test|suite)\.ts)\)/g)].map(([, path]) => path ?? '')

t.test('every test that the README names is there', async (t) => {
  const named = testsIn(readme)
  t.ok(named.length > 30, `${named.length} of them`)
  for (const path of named) await t.resolves(read(path), path)
})

t.test('every npm command that it lists is run in one of the tests of its row', async (t) => {
  const [table = ''] = readme.split('stock npm 11 does it in |')[1]?.split('\n\n') ?? []
  let count = 0
  for (const row of table.trim().split('\n')) {
    const [, commands = ''] = row.split(/(?<!\\)\|/)
    const sources = (await Promise.all(testsIn(row).map(read))).join('\n')
    const words = [...commands.matchAll(/`([a-z-]+(?: [a-z-]+)*)`/g)].map(([, text]) => text ?? '')
    for (const text of words) {
      count += 1
      const last = text.split(' ').at(-1) ?? ''
      t.ok(sources.includes(`'${last}'`), `npm ${text}: ${row.slice(0, 40)}`)
    }
  }
  t.ok(count > 35, `${count} commands`)
})
