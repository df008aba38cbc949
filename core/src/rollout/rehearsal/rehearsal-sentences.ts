import type { Localized } from '@signalbox/sdk/errors'
import type { Difference, DifferenceAt } from '../../broker/db/rehearsal/verdict.ts'
import type { Rehearsal } from './rehearsal-store.ts'

/** What a rehearsal found, as an admin reads it. Pure. */
export function rehearsalSentence(found: Rehearsal | undefined): Localized {
  if (found === undefined) {
    return {
      en: 'the migration has not been rehearsed yet; that begins by itself',
      'zh-CN': '迁移尚未演练；演练会自动开始',
    }
  }
  const { verdict, override, report } = found
  if (verdict === 'unneeded') {
    return {
      en: 'the newer version brings no migration step: there is nothing to rehearse',
      'zh-CN': '新版本没有新的迁移步骤，无需演练',
    }
  }
  const rows = Object.values(report.rows).reduce((sum, count) => sum + count, 0)
  if (verdict === 'reversible') {
    return {
      en: `expand, down and expand were tried on a copy with ${rows} rows, and all came back as it was`,
      'zh-CN': `已在含 ${rows} 行数据的副本上演练 expand、down、expand，全部恢复如初`,
    }
  }
  const count = report.differences.length + report.leftOut
  if (override === null) {
    return {
      en: `the migration cannot be taken back: ${count} ${count === 1 ? 'finding' : 'findings'}`,
      'zh-CN': `迁移不可回退：发现 ${count} 处问题`,
    }
  }
  return {
    en: `the migration cannot be taken back (${count}), and ${override.by} lets it through: ${override.reason}`,
    'zh-CN': `迁移不可回退（${count} 处），${override.by} 书面放行：${override.reason}`,
  }
}

const moments = {
  contracted: { en: 'a contract', 'zh-CN': 'contract' },
  base: { en: 'rebuilding what stands', 'zh-CN': '重建现有结构时' },
  sample: { en: 'rows that stand now', 'zh-CN': '现有数据' },
  expand: { en: 'expand', 'zh-CN': 'expand 时' },
  down: { en: 'down', 'zh-CN': 'down 时' },
  undone: { en: 'after down', 'zh-CN': 'down 之后' },
  'expand-again': { en: 'the second expand', 'zh-CN': '第二次 expand 时' },
  again: { en: 'after the second expand', 'zh-CN': '第二次 expand 之后' },
  'self-test': {
    en: 'the self-test of the stable version on the expanded tables',
    'zh-CN': '稳定版本在扩展后的表上的自检',
  },
} as const satisfies Readonly<Record<DifferenceAt, Localized>>

const kinds = {
  column: { en: 'the column', 'zh-CN': '列' },
  constraint: { en: 'the constraint', 'zh-CN': '约束' },
  failure: { en: '', 'zh-CN': '' },
  index: { en: 'the index', 'zh-CN': '索引' },
  policy: { en: 'the row policy', 'zh-CN': '行策略' },
  rows: { en: 'the number of rows of', 'zh-CN': '行数：' },
  sequence: { en: 'the sequence', 'zh-CN': '序列' },
  table: { en: 'the table', 'zh-CN': '表' },
  type: { en: 'the type', 'zh-CN': '类型' },
  values: { en: 'the values of', 'zh-CN': '取值：' },
} as const satisfies Readonly<Record<Difference['kind'], Localized>>

const changes = {
  missing: { en: 'is missing', 'zh-CN': '缺失' },
  added: { en: 'is still there', 'zh-CN': '仍然存在' },
  changed: { en: 'is not as it was', 'zh-CN': '与之前不同' },
  failed: { en: 'failed', 'zh-CN': '失败' },
} as const satisfies Readonly<Record<Difference['change'], Localized>>

export function differenceSentence(difference: Difference): Localized {
  const { at, kind, place, change, before, after } = difference
  if (at === 'contracted') {
    return {
      en: `the step ${place} was contracted: this version does not know it and may use what is gone`,
      'zh-CN': `步骤 ${place} 已执行 contract：该版本不包含此步骤，可能仍使用已删除的内容`,
    }
  }
  if (at === 'sample') {
    return {
      en: `${moments.sample.en} could not be put into the older structure: ${place} (${after})`,
      'zh-CN': `${moments.sample['zh-CN']}无法写入旧结构：${place}（${after}）`,
    }
  }
  if (kind === 'failure') {
    return {
      en: `${moments[at].en} failed at ${place}: ${after}`,
      'zh-CN': `${moments[at]['zh-CN']}失败，位置 ${place}：${after}`,
    }
  }
  const verb =
    kind === 'values' && change === 'changed' ? 'are not as they were' : changes[change].en
  const detail = before === undefined || after === undefined ? '' : `: ${before} → ${after}`
  return {
    en: `${moments[at].en}, ${kinds[kind].en} ${place} ${verb}${detail}`,
    'zh-CN': `${moments[at]['zh-CN']}，${kinds[kind]['zh-CN']} ${place} ${changes[change]['zh-CN']}${detail}`,
  }
}
