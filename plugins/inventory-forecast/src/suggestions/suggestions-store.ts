import type { SqlValue, Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import type { ItemSettings } from '../items/item-settings.ts'
import type { Now } from '../planning/clock.ts'
import type { OpenSuggestion, SeriesState } from '../planning/planning-store.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import type { StockLook } from './stock-look.ts'
import { type SuggestionMove, suggestionMoves } from './suggestion-states.ts'

/** What nobody decided on in two weeks is thought over anew. */
const OPEN_DAYS = 14
/** A planner is not sent a new suggestion for less. */
const MATERIAL_CHANGE = 0.1

export interface SuggestionChange {
  readonly statements: readonly Statement[]
  readonly made?: { readonly id: string; readonly quantity: number }
}

/**
 * The statements that bring the open suggestion of a series to what a look asks for. It stays as it is where the need is much the
 * same, so that a planner decides on what he has read.
 */
export function suggestionChange({
  tenant,
  key,
  state,
  look,
  now,
  hash,
}: {
  readonly tenant: string
  readonly key: SeriesKey
  readonly state: SeriesState
  readonly look: StockLook
  readonly now: Now
  readonly hash: (text: string) => string
}): SuggestionChange {
  const { open } = state
  const wish = look.figures?.suggestion
  const isLapsed = open !== undefined && open.expiresOn < now.today
  if (
    open !== undefined &&
    wish !== undefined &&
    !isLapsed &&
    isMuchTheSame(open, wish, state.settings)
  ) {
    return { statements: [], made: { id: open.id, quantity: open.quantity } }
  }
  const closing = open === undefined ? [] : [closed(open, now, isLapsed, wish !== undefined)]
  if (wish === undefined) return { statements: closing }
  const id = `SG-${hash(`${key.sku}|${key.location}|${now.ms}|${open?.id ?? ''}`).slice(0, 16)}`
  // A planner who approves what this look saw as open has ordered: the next look counts it, and this one asks for no second order.
  const insert: Statement = {
    sql: `insert into suggestions (tenant, id, sku, location, state, quantity, unit, supplier, order_by, needed_on, expires_on, why, made_at, changed_at)
          select $1, $2, $3, $4, 'open', $5::float8, $6, $7, $8::date, $9::date, $10::date, $11::jsonb, $12::timestamptz, $12::timestamptz
           where not exists (select from suggestions s where s.sku = $3 and s.location = $4 and s.state = 'approved'
                               and (s.id = $13 or s.changed_at >= $12::timestamptz))
          on conflict do nothing`,
    parameters: [
      ...[
        tenant,
        id,
        key.sku,
        key.location,
        wish.quantity,
        state.unit,
        state.settings?.supplier ?? null,
      ],
      ...[
        formatDay(wish.orderBy),
        formatDay(wish.neededOn),
        formatDay(Math.max(now.today, wish.orderBy) + OPEN_DAYS),
      ],
      ...[JSON.stringify(look.why), now.instant, open?.id ?? null],
    ],
  }
  return { statements: [...closing, insert], made: { id, quantity: wish.quantity } }
}

function isMuchTheSame(
  open: OpenSuggestion,
  wish: { readonly quantity: number; readonly orderBy: number },
  { packSize = 0, minimumOrder = 0 }: Pick<ItemSettings, 'packSize' | 'minimumOrder'> = {},
): boolean {
  const packs = packSize > 0 ? open.quantity / packSize : 0
  // Settings may have changed: what the supplier does not take any more is no suggestion.
  if (Math.abs(packs - Math.round(packs)) > 1e-9 || open.quantity < minimumOrder) return false
  const isNear = Math.abs(wish.quantity - open.quantity) <= MATERIAL_CHANGE * open.quantity
  return isNear && wish.orderBy >= open.orderBy
}

function closed(open: OpenSuggestion, now: Now, isLapsed: boolean, isReplaced: boolean): Statement {
  const because = reason(isLapsed ? 'LAPSED' : isReplaced ? 'REPLACED' : 'COVERED')
  return moveStatement(isLapsed ? 'expire' : 'supersede', open, {
    by: 'plan',
    because: textOf(because),
    instant: now.instant,
  })
}

function textOf({ code, text }: Reason): string {
  return `${code}: ${text.en}`
}

/** Moves a suggestion by the table of its states, and only as it was seen. */
export function moveStatement(
  move: SuggestionMove,
  seen: Pick<OpenSuggestion, 'id' | 'revision'>,
  told: {
    readonly by: string
    readonly because: string
    readonly instant: string
    readonly quantity?: number
  },
): Statement {
  const { from, to } = suggestionMoves[move]
  const parameters: SqlValue[] = [
    seen.id,
    seen.revision,
    from,
    to,
    told.by,
    told.because,
    told.instant,
  ]
  return {
    sql: `update suggestions set state = $4, revision = revision + 1, decided_by = $5, reason = $6, changed_at = $7,
                 approved_quantity = coalesce($8::float8, approved_quantity)
           where id = $1 and revision = $2 and state = $3`,
    parameters: [...parameters, told.quantity ?? null],
  }
}
