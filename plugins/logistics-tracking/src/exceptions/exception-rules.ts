export const exceptionKinds = [
  'late',
  'stuck',
  'customs',
  'damaged',
  'lost',
  'wrong-address',
  'refused',
  'temperature',
  'route-deviation',
  'other',
] as const
export type ExceptionKind = (typeof exceptionKinds)[number]

/** What is looked at to tell whether something is in a shipment's way. */
export interface ShipmentFacts {
  readonly status: string
  /** Of the status, as carriers gave it. */
  readonly reason?: string
  readonly statusSinceMs: number
  readonly lastScanMs: number
  readonly deliveryAttempts: number
  readonly promisedAtMs?: number
  readonly expectedAtMs?: number
  readonly lateProbability?: number
  /** Hours without a scan that nineteen of twenty shipments of the lane do not reach. */
  readonly usualSilenceHours?: number
  /** Metres from the planned route, where that is beyond its tolerance. */
  readonly offRouteM?: number
  readonly nowMs: number
}

export interface ExceptionLimits {
  /** Of the promise being broken, from which on somebody is told. */
  readonly lateProbability: number
  /** Where the lane says nothing. */
  readonly silenceHours: number
  readonly customsHours: number
  readonly deliveryAttempts: number
}

export const defaultLimits: ExceptionLimits = {
  lateProbability: 0.5,
  silenceHours: 48,
  customsHours: 48,
  deliveryAttempts: 2,
}

export interface Finding {
  readonly kind: ExceptionKind
  readonly text: { readonly en: string; readonly 'zh-CN': string }
}

interface Rule {
  readonly kind: ExceptionKind
  readonly finds: (facts: ShipmentFacts, limits: ExceptionLimits) => Finding['text'] | undefined
}

const HOUR_MS = 3_600_000
/** Nothing more can get in the way of these. */
const over: ReadonlySet<string> = new Set(['delivered', 'returned', 'cancelled'])
/** Not on the way: silence is no news. */
const waiting: ReadonlySet<string> = new Set([
  'registered',
  'label-created',
  'ready',
  'available-for-pickup',
])

/** Reasons that carriers' words are mapped to, and what they are. */
const byReason: Readonly<Record<string, Finding>> = {
  damaged: { kind: 'damaged', text: { en: 'The goods are damaged', 'zh-CN': '货物破损' } },
  'wrong-address': {
    kind: 'wrong-address',
    text: { en: 'The address is wrong', 'zh-CN': '地址错误' },
  },
  refused: {
    kind: 'refused',
    text: { en: 'The recipient refused the goods', 'zh-CN': '收件人拒收' },
  },
}

const rules: readonly Rule[] = [
  {
    kind: 'lost',
    finds: ({ status }) =>
      status === 'lost'
        ? { en: 'The carrier says the goods are lost', 'zh-CN': '承运商确认丢失' }
        : undefined,
  },
  {
    kind: 'customs',
    finds: ({ status, statusSinceMs, nowMs }, { customsHours }) => {
      const hours = hoursBetween(statusSinceMs, nowMs)
      if (status === 'customs-held') {
        return { en: 'Held by customs', 'zh-CN': '海关扣留' }
      }
      if (status !== 'customs' || hours < customsHours) return undefined
      return { en: `In customs for ${hours} hours`, 'zh-CN': `清关已 ${hours} 小时` }
    },
  },
  {
    kind: 'late',
    finds: ({ promisedAtMs, nowMs, lateProbability = 0, status }, limits) => {
      if (promisedAtMs === undefined || over.has(status)) return undefined
      if (nowMs > promisedAtMs) {
        const hours = hoursBetween(promisedAtMs, nowMs)
        return { en: `Late by ${hours} hours`, 'zh-CN': `已晚 ${hours} 小时` }
      }
      if (lateProbability < limits.lateProbability) return undefined
      const percent = Math.round(lateProbability * 100)
      return { en: `Late with a probability of ${percent} %`, 'zh-CN': `延误概率 ${percent} %` }
    },
  },
  {
    kind: 'stuck',
    finds: ({ status, lastScanMs, nowMs, usualSilenceHours }, { silenceHours }) => {
      const hours = hoursBetween(lastScanMs, nowMs)
      const limit = usualSilenceHours ?? silenceHours
      if (waiting.has(status) || status.startsWith('customs') || hours < limit) return undefined
      return { en: `No scan for ${hours} hours`, 'zh-CN': `${hours} 小时无轨迹更新` }
    },
  },
  {
    kind: 'other',
    finds: ({ status, deliveryAttempts, reason }, limits) => {
      if (status === 'delivery-attempted' && deliveryAttempts >= limits.deliveryAttempts) {
        return {
          en: `${deliveryAttempts} attempts to deliver failed`,
          'zh-CN': `${deliveryAttempts} 次派送失败`,
        }
      }
      if (status !== 'exception' || (reason !== undefined && reason in byReason)) return undefined
      return { en: 'The carrier reports an exception', 'zh-CN': '承运商报告异常' }
    },
  },
  {
    kind: 'route-deviation',
    finds: ({ offRouteM }) => {
      if (offRouteM === undefined) return undefined
      const km = Math.round(offRouteM / 100) / 10
      return { en: `${km} km off the route`, 'zh-CN': `偏离路线 ${km} 公里` }
    },
  },
]

/** Everything that is in a shipment's way now, each kind once. */
export function findingsOf(facts: ShipmentFacts, limits: ExceptionLimits): readonly Finding[] {
  if (over.has(facts.status)) return []
  const named = facts.reason === undefined ? undefined : byReason[facts.reason]
  const found = rules.flatMap(({ kind, finds }) => {
    const text = finds(facts, limits)
    return text === undefined ? [] : [{ kind, text }]
  })
  return named === undefined ? found : [named, ...found]
}

/** Kinds whose cause is gone when it is not found any more; the others stay until somebody settles them. */
const passing: ReadonlySet<ExceptionKind> = new Set([
  'late',
  'stuck',
  'customs',
  'other',
  'route-deviation',
])

/** What becomes of a shipment's open exceptions when it is looked at again. */
export function reconcile(
  open: readonly ExceptionKind[],
  found: readonly Finding[],
  status: string,
): { readonly opened: readonly Finding[]; readonly passed: readonly ExceptionKind[] } {
  const kinds = new Set(found.map(({ kind }) => kind))
  return {
    opened: found.filter(({ kind }) => !open.includes(kind)),
    passed: open.filter(
      (kind) => !kinds.has(kind) && (passing.has(kind) || status === 'cancelled'),
    ),
  }
}

function hoursBetween(fromMs: number, toMs: number): number {
  return Math.floor((toMs - fromMs) / HOUR_MS)
}
