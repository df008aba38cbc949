import t from 'tap'
import { languageOf } from '../../src/errors/coded-error.ts'

const cases: readonly [header: unknown, language: string][] = [
  [undefined, 'en'],
  ['zh-CN', 'zh-CN'],
  ['zh', 'zh-CN'],
  ['ZH-Hant-TW', 'zh-CN'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
  ['en;q=0.5, zh-CN;q=0.9', 'zh-CN'],
  ['en-GB,zh;q=0.9', 'en'],
  ['zh;q=0.2,en;q=0.8', 'en'],
  ['de, zh;q=0.5', 'zh-CN'],
  ['zh;q=0', 'en'],
  ['zhx, enm', 'en'],
  ['de', 'en'],
  ['*', 'en'],
  [';;,,q=', 'en'],
  [['zh'], 'en'],
  [`${'x,'.repeat(100)}zh`, 'en'],
]

for (const [header, language] of cases) {
  t.test(`who asks for "${String(header).slice(0, 30)}" reads ${language}`, async (t) => {
    t.equal(languageOf(header), language)
  })
}
