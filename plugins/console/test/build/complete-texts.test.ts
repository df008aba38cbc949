import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { textFaults } from '../../web/build/complete-texts.ts'

async function texts(folder: string, languages: Record<string, object>): Promise<string> {
  for (const [language, keys] of Object.entries(languages)) {
    await mkdir(join(folder, language), { recursive: true })
    await writeFile(join(folder, language, 'home.json'), JSON.stringify(keys))
  }
  return folder
}

t.test('the texts of the console are complete in both languages', async (t) => {
  t.same(await textFaults(join(import.meta.dirname, '../../web/texts')), [])
})

t.test('a key that one language lacks is named, and one that is empty', async (t) => {
  const folder = await texts(t.testdir(), {
    en: { a: 'A', b: { c: 'C', d: 'D' } },
    'zh-CN': { a: ' ', b: { c: '丙', e: '戊' } },
  })
  t.same(await textFaults(folder), ['zh-CN: home:a', 'zh-CN: home:b.d', 'en: home:b.e'])
})
