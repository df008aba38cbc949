import type { Reason } from './reason.ts'

/** What a reader of a forecast must know about how it came about: a fallback, a correction, a doubt. */
export interface Note extends Reason {
  readonly code: NoteCode
}

type Numbers = Readonly<Record<string, number | string>>
type Text = (numbers: Numbers) => string

const texts = {
  CONSTANT_HISTORY: [
    () => 'Every period of the history is the same: it is carried on, and no spread can be told.',
    () => '历史各期数值相同：直接延续该值，无法估计波动范围。',
  ],
  ALL_ZERO: [
    () => 'Nothing was demanded in the whole history: the forecast is 0.',
    () => '整个历史期内没有需求：预测值为 0。',
  ],
  INTERVALS_PARAMETRIC: [
    ({ periods }) =>
      `${periods} periods are too few to back-test: quantiles are of a normal distribution around errors within the history, and may be too narrow.`,
    ({ periods }) =>
      `历史仅 ${periods} 期，不足以回测：分位数按历史拟合误差的正态分布给出，可能偏窄。`,
  ],
  METHOD_CLEARLY_BETTER: [
    ({ method, percent, wins, origins }) =>
      `${method} replaces the combination: its back-test error is ${percent} % lower, at ${wins} of ${origins} origins.`,
    ({ method, percent, wins, origins }) =>
      `采用 ${method} 代替组合预测：回测误差低 ${percent}%，在 ${origins} 个起点中胜出 ${wins} 个。`,
  ],
  MEMBER_MISSING: [
    ({ method }) =>
      `${method} could not be fitted to this history; the combination is of the others.`,
    ({ method }) => `${method} 无法拟合该历史；组合由其余方法构成。`,
  ],
  SEASON_NOT_SEEN: [
    ({ frequency, periods }) =>
      `A season of ${frequency} needs two of its cycles; with ${periods} periods none is assumed.`,
    ({ frequency, periods }) =>
      `周期 ${frequency} 至少需要两个完整周期；仅有 ${periods} 期，按无季节处理。`,
  ],
  INTERMITTENT: [
    ({ percent }) =>
      `${percent} % of the periods have no demand: a distribution of intermittent demand suits stock decisions better than this forecast.`,
    ({ percent }) => `${percent}% 的期间没有需求：库存决策宜采用间断需求分布，而非本预测。`,
  ],
  NEGATIVE_DEMAND: [
    ({ count }) =>
      `${count} period(s) below 0: returns count as demand below 0 unless they are netted.`,
    ({ count }) => `有 ${count} 期为负值：除非冲减退货，否则按负需求计算。`,
  ],
  RETURNS_NETTED: [
    ({ count }) => `Returns of ${count} period(s) taken from the demand before them.`,
    ({ count }) => `${count} 期的退货已从此前的需求中冲减。`,
  ],
  GAPS_FILLED: [
    ({ count }) =>
      `${count} period(s) without a value filled between their neighbours, season kept.`,
    ({ count }) => `${count} 个缺失期间已按前后各期并保留季节性补齐。`,
  ],
  GAPS_ZERO: [
    ({ count }) => `${count} period(s) without an observation counted as no demand.`,
    ({ count }) => `${count} 个没有记录的期间按零需求处理。`,
  ],
  OLDEST_LEFT_OUT: [
    ({ count, kept }) =>
      `The oldest ${count} period(s) were left out: the newest ${kept} are fitted.`,
    ({ count, kept }) => `最早的 ${count} 期未计入：仅拟合最近 ${kept} 期。`,
  ],
  DUPLICATES_SUMMED: [
    ({ count }) => `${count} observation(s) share their instant with another; all were added up.`,
    ({ count }) => `${count} 条记录与其他记录时间相同；均已累加。`,
  ],
  STOCKOUTS_RAISED: [
    ({ count, units }) =>
      `${count} period(s) with a stock-out raised to the demand expected without it, ${units} units in all.`,
    ({ count, units }) => `${count} 个缺货期间已提高到无缺货时的预期需求，共增加 ${units} 单位。`,
  ],
  EXCLUDED_FILLED: [
    ({ count }) => `${count} excluded period(s) replaced by what their neighbours say.`,
    ({ count }) => `${count} 个被排除的期间已由相邻各期推算值代替。`,
  ],
  PROMOTIONS_REMOVED: [
    ({ count, percent }) =>
      `${count} promoted period(s) brought to their base; promotions lifted demand by ${percent} %.`,
    ({ count, percent }) => `${count} 个促销期间已还原到基准需求；促销平均提升需求 ${percent}%。`,
  ],
  PROMOTIONS_PLANNED: [
    ({ count, percent }) => `${count} planned promotion(s) lift demand by ${percent} %.`,
    ({ count, percent }) => `${count} 个计划促销期间的预测提升 ${percent}%。`,
  ],
  OUTLIERS_FOUND: [
    ({ count, periods }) => `${count} period(s) stand out, left as they are: ${periods}.`,
    ({ count, periods }) => `发现 ${count} 个异常期间，未作修改：${periods}。`,
  ],
  OUTLIERS_REPLACED: [
    ({ count, periods }) => `${count} period(s) that stand out replaced, as asked: ${periods}.`,
    ({ count, periods }) => `已按要求替换 ${count} 个异常期间：${periods}。`,
  ],
  CALENDAR_APPLIED: [
    ({ effects }) => `Corrected for the Chinese calendar: ${effects}.`,
    ({ effects }) => `已按中国日历修正：${effects}。`,
  ],
  CALENDAR_NO_EFFECT: [
    () =>
      'Workdays and Spring Festival explain nothing of this history: the calendar was left out.',
    () => '工作日与春节对该历史没有显著影响：未使用日历修正。',
  ],
  CALENDAR_YEARS_UNKNOWN: [
    ({ last }) =>
      `The official calendar is known to ${last}; later years count weekdays and statutory holidays without make-up workdays.`,
    ({ last }) => `官方调休安排已知至 ${last} 年；之后年份仅按周一至周五和法定节日计算，不含调休。`,
  ],
  LAST_PERIOD_INCOMPLETE: [
    ({ period }) => `The period from ${period} is not over and was left out.`,
    ({ period }) => `自 ${period} 起的期间尚未结束，未计入。`,
  ],
} as const satisfies Readonly<Record<string, readonly [Text, Text]>>

export type NoteCode = keyof typeof texts

export function note(code: NoteCode, numbers: Numbers = {}): Note {
  const [en, zh] = texts[code] as readonly [Text, Text]
  return { code, text: { en: en(numbers), 'zh-CN': zh(numbers) }, values: numbers }
}
