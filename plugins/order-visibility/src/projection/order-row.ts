import { findBlockers } from '../blockers/find-blockers.ts'
import { canonicalJson } from '../facts/canonical-json.ts'
import type { BothTexts } from '../facts/fact-data.ts'
import { type Judgement, judgePromise } from '../promises/judge-promise.ts'
import { nextJudgement } from '../promises/next-judgement.ts'
import type { UsualStays } from '../promises/usual-stays.ts'
import type { Settings } from '../settings/settings.ts'
import { dueOfStay } from '../stages/due-of-stay.ts'
import { hasArrived, isOpenStage, type Stage } from '../stages/stages.ts'
import { isWanting } from '../subjects/cover.ts'
import { instantText } from '../time/instant.ts'
import type { OrderView } from './order-view.ts'

/** What a replay repeats to the byte. */
export interface FoldedRow {
  readonly order_id: string
  readonly customer: string | null
  readonly stage: Stage
  readonly stage_since: string
  readonly is_open: boolean
  readonly is_known: boolean
  readonly placed_at: string | null
  readonly promised_at: string | null
  readonly paid_at: string | null
  readonly path: string
  readonly as_of: string
  readonly view: OrderView
  readonly digest: string
  /** Of each part, so that what changed can be told. */
  readonly digests: Readonly<Record<ViewPart, string>>
}

/** What was judged of it at an instant. */
export interface JudgedRow {
  readonly expected_at: string | null
  readonly on_time: number | null
  readonly due_at: string | null
  readonly blocker: Headline | null
  readonly judged_at: string
  readonly next_judgement_at: string | null
}

interface Headline {
  readonly code: string
  readonly what: BothTexts
  readonly owner: string
  readonly nextAction: BothTexts
}

export interface StayRow {
  readonly order_id: string
  readonly nth: number
  readonly stage: Stage
  readonly next_stage: Stage | null
  readonly customer: string | null
  readonly entered_at: string
  readonly left_at: string | null
  readonly left_before: string | null
  readonly went_before: string | null
}

const textOrNull = (ms: number | undefined) => (ms === undefined ? null : instantText(ms))

/** A path longer than this is told by its beginning. */
const LONGEST_PATH = 400

/** @param hash hexadecimal digest of a text. Pure. */
export function foldedRow(view: OrderView, hash: (text: string) => string): FoldedRow {
  const stay = view.stays.at(-1)
  const stage = stay?.stage ?? 'entered'
  return {
    ...{ order_id: view.orderId, customer: view.customer ?? null, stage },
    stage_since: instantText(stay?.enteredAt ?? view.asOf),
    ...{ is_open: isOpenStage(stage), is_known: view.isKnown },
    placed_at: textOrNull(view.placedAt),
    promised_at: textOrNull(view.promisedAt),
    paid_at: textOrNull(view.paidAt),
    path: view.stays
      .map((one) => one.stage)
      .join(' ')
      .slice(0, LONGEST_PATH),
    as_of: instantText(view.asOf),
    view,
    digest: hash(canonicalJson(view)).slice(0, 40),
    digests: digestsOf(view, hash),
  }
}

/** Parts of a view as readers know them; `order` is what is none of the others. */
export type ViewPart =
  | 'order'
  | 'lines'
  | 'timeline'
  | 'contracts'
  | 'parcels'
  | 'quality'
  | 'cover'

function digestsOf(view: OrderView, hash: (text: string) => string): FoldedRow['digests'] {
  const { lines, timeline, envelopes, shipments, lots, nonconformities, purchases, cover } = view
  const { blocks: _, asOf: __, ...rest } = view
  const parts: Readonly<Record<ViewPart, unknown>> = {
    ...{ lines, timeline, contracts: envelopes, parcels: shipments },
    ...{ quality: [lots, nonconformities], cover: [purchases, cover] },
    order: {
      ...rest,
      ...{ lines: 0, timeline: 0, envelopes: 0, shipments: 0, lots: 0, nonconformities: 0 },
      ...{ purchases: 0, cover: 0 },
    },
  }
  const digests = Object.entries(parts).map(([part, value]) => [
    part,
    hash(canonicalJson(value)).slice(0, 16),
  ])
  return Object.fromEntries(digests) as FoldedRow['digests']
}

export function stayRows(view: OrderView): readonly StayRow[] {
  return view.stays.map(({ stage, enteredAt, leftAt }, nth) => ({
    ...{ order_id: view.orderId, nth, stage, customer: view.customer ?? null },
    next_stage: view.stays[nth + 1]?.stage ?? null,
    entered_at: instantText(enteredAt),
    left_at: textOrNull(leftAt),
    ...repeatOf(view.stays, nth),
  }))
}

/** When the order left the same stage before, and when it went the same way before. */
function repeatOf(
  stays: OrderView['stays'],
  nth: number,
): Pick<StayRow, 'left_before' | 'went_before'> {
  const [stage, next] = [stays[nth]?.stage, stays[nth + 1]?.stage]
  const before = stays.slice(0, nth)
  const left = before.findLast((one) => one.stage === stage)
  const went = before.findLast((one, at) => one.stage === stage && stays[at + 1]?.stage === next)
  return {
    left_before: textOrNull(left?.leftAt),
    went_before: next === undefined ? null : textOrNull(went?.leftAt),
  }
}

/** Pure. */
export function judged(
  view: OrderView,
  usual: UsualStays,
  settings: Settings,
  now: number,
): { readonly row: JudgedRow; readonly judgement: Judgement } {
  const blockers = findBlockers(view, settings, now)
  const judgement = judgePromise(view, blockers, usual, settings, now)
  const stay = view.stays.at(-1)
  const [first] = blockers
  const headline =
    first === undefined
      ? null
      : {
          ...{ code: first.code, what: first.what, owner: first.owner },
          nextAction: first.nextAction,
        }
  const dues = [
    ...(stay === undefined ? [] : [dueOfStay(stay, settings)]),
    ...(hasArrived(view) ? [] : [view.promisedAt]),
  ].filter((at) => at !== undefined)
  return {
    judgement,
    row: {
      expected_at: textOrNull(judgement.expectedAt),
      on_time: judgement.onTimeProbability ?? null,
      due_at:
        dues.length === 0 || stay === undefined || !isOpenStage(stay.stage)
          ? null
          : instantText(Math.min(...dues)),
      blocker: headline,
      judged_at: instantText(now),
      next_judgement_at: textOrNull(nextJudgement(view, settings, now)),
    },
  }
}

/** Stocks that the order still waits for: (sku, location), without a location the empty one. */
export function openWants(
  view: OrderView,
): readonly { readonly sku: string; readonly location: string }[] {
  if (!isOpenStage(view.stays.at(-1)?.stage ?? 'entered')) return []
  return view.lines.filter(isWanting).map(({ sku, location = '' }) => ({ sku, location }))
}
