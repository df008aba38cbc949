import type { CheckDefinition, NotAssessedReason, RuleName } from './data-check-types.ts'
import type { CheckResult } from './results-store.ts'

export interface Words {
  readonly en: string
  readonly 'zh-CN': string
}

type Said = (check: CheckDefinition) => Words

const words = (en: string, zh: string): Words => ({ en, 'zh-CN': zh })
const list = (names: readonly string[] | undefined) => (names ?? []).join(', ').slice(0, 120)
const bounds = ({ min, max }: CheckDefinition) => `${min ?? '…'} – ${max ?? '…'}`.slice(0, 80)

/** What each rule asks for, as its bad rows break it. */
const asked: Readonly<Record<RuleName, Said>> = {
  'not-null': ({ column }) => words(`${column} must have a value`, `${column} 必须有值`),
  null: ({ column }) => words(`${column} must be empty`, `${column} 必须为空`),
  unique: ({ columns }) =>
    words(
      `${list(columns)} must be unique; all rows of a group of equal ones count`,
      `${list(columns)} 必须唯一；同组重复行全部计入`,
    ),
  type: ({ column }) =>
    words(`${column} must be of its declared type`, `${column} 必须符合声明的类型`),
  pattern: ({ column, not }) =>
    words(
      `${column} must ${not ? 'not ' : ''}match the pattern`,
      `${column} ${not ? '不得' : '必须'}匹配模式`,
    ),
  between: (check) =>
    words(
      `${check.column} must lie in ${bounds(check)}`,
      `${check.column} 必须在 ${bounds(check)} 之间`,
    ),
  'one-of': ({ column, not }) =>
    words(
      `${column} must ${not ? 'not ' : ''}be one of the named values`,
      `${column} ${not ? '不得' : '必须'}取列出的值`,
    ),
  length: (check) =>
    words(
      `${check.column} must have ${bounds(check)} characters`,
      `${check.column} 的字符数必须为 ${bounds(check)}`,
    ),
  format: ({ column, format }) =>
    words(`${column} must be a valid ${format}`, `${column} 必须是有效的 ${format}`),
  'json-schema': ({ column }) =>
    words(`${column} must fit its schema`, `${column} 必须符合其 JSON Schema`),
  compare: ({ column, comparison, other }) =>
    words(
      `${column} ${comparison} ${other} must hold`,
      `必须满足 ${column} ${comparison} ${other}`,
    ),
  sum: ({ column, columns }) =>
    words(
      `${column} must be the sum of ${list(columns)}`,
      `${column} 必须等于 ${list(columns)} 之和`,
    ),
  reference: ({ columns, otherDataset }) =>
    words(
      `${list(columns)} must exist in ${otherDataset}`,
      `${list(columns)} 必须存在于 ${otherDataset}`,
    ),
  agree: ({ column, otherDataset }) =>
    words(
      `${column} must be the same in ${otherDataset}, within the tolerance`,
      `${column} 必须与 ${otherDataset} 在容差内一致`,
    ),
  fresh: () => words('the newest row must not be too old', '最新数据不得过旧'),
  volume: () => words('the number of rows must be as usual', '行数必须与历史相符'),
  drift: ({ column, method }) =>
    words(
      `the distribution of ${column} must be that of earlier rows (${method})`,
      `${column} 的分布必须与以往一致（${method}）`,
    ),
  custom: ({ provider }) =>
    words(`the check ${provider} of another plugin must pass`, `插件检查 ${provider} 必须通过`),
}

const reasons: Readonly<Record<NotAssessedReason, Words>> = {
  NO_ROWS: words('there are no rows', '没有数据行'),
  ALL_NULL: words('all values are missing', '所有值均缺失'),
  NOTHING_CHOSEN: words(
    'no row meets the condition of the check and has a value',
    '没有满足检查条件且有值的数据行',
  ),
  HISTORY_TOO_SHORT: words(
    'there are too few earlier runs to compare with',
    '可比较的历史运行太少',
  ),
  SAMPLE_TOO_SMALL: words(
    'there are too few values before or after to compare',
    '前后可比较的数值太少',
  ),
  OTHER_DATASET_MISSING: words('the other dataset is not there', '对照数据集不存在'),
  PROVIDER_MISSING: words('no plugin provides the check', '没有插件提供该检查'),
  PROVIDER_FAILED: words('the plugin that provides the check failed', '提供该检查的插件出错'),
  NEVER_RUN: words('it has not run yet', '尚未运行'),
}

/** Why a check has its result, in a sentence of at most 500 characters. */
export function explanationOf(check: CheckDefinition, result: CheckResult): Words {
  const rule = ofChosen(check, asked[check.rule](check))
  if (result.passRate === null) {
    const reason = reasons[result.reason ?? 'NEVER_RUN']
    return cut(
      words(
        `Not assessed: ${reason.en}. Asked: ${rule.en}.`,
        `未评估：${reason['zh-CN']}。要求：${rule['zh-CN']}。`,
      ),
    )
  }
  const { redLine = 1, warn = redLine } = check
  const found = foundIn(result)
  const line = words(
    `the red line is ${percent(redLine)}, it warns below ${percent(warn)}`,
    `红线 ${percent(redLine)}，低于 ${percent(warn)} 预警`,
  )
  return cut(
    words(
      `${rule.en}: ${found.en}; ${line.en}.`,
      `${rule['zh-CN']}：${found['zh-CN']}；${line['zh-CN']}。`,
    ),
  )
}

/** Which rows the check is about, by the columns that choose them. */
function ofChosen({ where, otherWhere }: CheckDefinition, { en, 'zh-CN': zh }: Words): Words {
  const columns = [...(where ?? []), ...(otherWhere ?? [])].map(({ column }) => column)
  if (columns.length === 0) return words(en, zh)
  const names = list([...new Set(columns)])
  return words(`${en} (rows chosen by ${names})`, `${zh}（按 ${names} 筛选的行）`)
}

function foundIn({ assessed, unexpected, passRate, value }: CheckResult): Words {
  const measured = value === null ? undefined : Number(value.toPrecision(6))
  if (assessed === 1 && measured !== undefined)
    return words(`measured ${measured}`, `测得 ${measured}`)
  const share = percent(passRate ?? 0)
  return words(
    `${unexpected} of ${assessed} do not (${share} pass)`,
    `${assessed} 个中有 ${unexpected} 个不符（通过率 ${share}）`,
  )
}

/** Never rounded up to 100 %: one bad row of a million is not none. */
function percent(share: number): string {
  const rounded = Math.floor(share * 1e6) / 1e4
  return `${rounded} %`
}

function cut({ en, 'zh-CN': zh }: Words): Words {
  return words(en.slice(0, 500).toWellFormed(), zh.slice(0, 500).toWellFormed())
}
