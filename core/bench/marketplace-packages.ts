import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { relist } from '../../marketplace/src/search/listing-index.ts'
import { SeededRandom } from './seeded-random.ts'

const topics = [
  ['inspection', '质检'],
  ['warehouse', '仓库'],
  ['forecast', '预测'],
  ['contract', '合同'],
  ['signature', '电子签'],
  ['logistics', '物流'],
  ['tracking', '轨迹'],
  ['order', '订单'],
  ['purchase', '采购'],
  ['supplier', '供应商'],
  ['invoice', '发票'],
  ['payroll', '工资'],
  ['machine', '设备'],
  ['maintenance', '维护'],
  ['energy', '能耗'],
  ['quality', '质量'],
  ['pallet', '托盘'],
  ['customs', '报关'],
  ['shift', '班次'],
  ['complaint', '投诉'],
] as const
const kinds = [
  ['gate', '闸口'],
  ['counter', '计数'],
  ['connector', '连接器'],
  ['board', '看板'],
  ['alert', '告警'],
  ['report', '报表'],
  ['planner', '计划'],
  ['archive', '归档'],
] as const
const syllables = ['ka', 'ro', 'mi', 'ten', 'lu', 'sor', 'vel', 'ni', 'tra', 'qui', 'bex', 'dal']
const categories = ['quality', 'logistics', 'finance', 'planning', 'people', 'energy']

/** Packages as they come in a store: few words that many share, a coined one each, two languages. */
export async function makePackages(knex: Knex, count: number, seed: string): Promise<void> {
  const random = new SeededRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item
  const fingerprint = 'f'.repeat(64)
  await knex('marketplace_identity')
    .insert({ id: Buffer.alloc(32), fingerprint })
    .onConflict()
    .ignore()
  const publishers = Array.from({ length: 200 }, (_, index) => ({ name: `publisher-${index}` }))
  await knex('publishers').insert(publishers)
  for (let from = 0; from < count; from += 500) {
    const made = Array.from({ length: Math.min(500, count - from) }, (_, index) => {
      const [topic, other, kind] = [pick(topics), pick(topics), pick(kinds)]
      const coined = Array.from({ length: 3 }, () => pick(syllables)).join('')
      const owner = publishers[random.below(publishers.length)]?.name ?? ''
      const at = new Date(Date.UTC(2025, random.below(20), 1 + random.below(28)))
      const name = `@${owner}/${coined}-${topic[0]}-${kind[0]}-${from + index}`
      return { name, owner, at, topic, other, kind, coined }
    })
    await knex('packages').insert(
      made.map(({ name, owner, at }) => ({
        name,
        owner,
        rev: '1-a',
        created_at: at,
        modified_at: at,
      })),
    )
    await knex('package_versions').insert(
      made.map((one) => ({
        ...{ name: one.name, version: '1.0.0', state: 'published', publisher: one.owner },
        ...{ integrity: 'sha512-', shasum: '', tarball_sha256: hashOf(one.name), size: 1000 },
        ...{ unpacked_size: 4000, file_count: 4, contracts: {}, fingerprint, published_at: one.at },
        package_json: {
          name: one.name,
          description: `A ${one.topic[0]} ${one.kind[0]} for each plant, with its ${one.other[0]} figures and a page of them`,
          keywords: ['signalbox-plugin', one.topic[0], one.other[0]],
          license: pick(['Apache-2.0', 'MIT', 'MulanPSL-2.0', 'UNLICENSED']),
        },
        manifest: {
          manifest: 1,
          host: pick(['^1.0.0', '>=1.0.0 <3', '^2.0.0']),
          displayName: {
            en: `${one.coined} ${one.topic[0]} ${one.kind[0]}`,
            'zh-CN': `${one.topic[1]}${one.kind[1]}`,
          },
          category: pick(categories),
          listing: {
            summary: {
              en: `${one.topic[0]} ${one.kind[0]}`,
              'zh-CN': `每个工厂的${one.topic[1]}${one.kind[1]}，含${one.other[1]}数据`,
            },
          },
          runtime: { tier: pick(['declarative', 'sandbox', 'sandbox', 'trusted']) },
          capabilities: random.chance(0.5) ? { 'db:own': [{ why: { en: 'Keeps it' } }] } : {},
          provides: { services: [{ id: `${one.topic[0]}.${one.kind[0]}`, contract: 'c.json' }] },
        },
      })),
    )
    await knex('dist_tags').insert(
      made.map(({ name }) => ({ name, tag: 'latest', version: '1.0.0' })),
    )
    await knex.transaction(async (trx) => {
      for (const { name } of made) await relist(trx, name)
    })
    await knex.raw(
      `update package_listings set standing = power(random(), 4) where standing = 0 and name = any(?)`,
      [made.map(({ name }) => name)],
    )
  }
  await knex.raw('vacuum analyze package_listings, listing_words, package_versions')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** What people type: common words, coined ones, Chinese, slips, the whole name, filters, and nothing at all. */
export function searchesOf(names: readonly string[], seed: string, count: number): string[] {
  const random = new SeededRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item
  const one = (): Record<string, string> => {
    const [topic, kind, name] = [pick(topics), pick(kinds), pick(names)]
    const coined = name.split('/')[1]?.split('-')[0] ?? ''
    return pick<() => Record<string, string>>([
      () => ({}),
      () => ({ facets: 'true' }),
      () => ({ q: topic[0] }),
      () => ({ q: `${topic[0]} ${kind[0]}`, facets: 'true' }),
      () => ({ q: topic[1], facets: 'true' }),
      () => ({ q: `${topic[1]}${kind[1]}` }),
      () => ({ q: `${kind[1]}${topic[1]}` }),
      () => ({ q: coined }),
      () => ({ q: `${coined.slice(0, 2)}${coined.slice(3)}` }),
      () => ({ q: `${topic[0].slice(0, -2)}${topic[0].at(-1)}${topic[0].at(-2)}` }),
      () => ({ q: name }),
      () => ({ q: kind[0], category: pick(categories), compatible: 'true', facets: 'true' }),
      () => ({ q: kind[0].slice(0, 3), tier: 'sandbox', capability: 'db:own' }),
      () => ({ q: 'signalbox', facets: 'true' }),
    ])()
  }
  return Array.from({ length: count }, () => `/packages?${new URLSearchParams(one())}`)
}
