import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { nextSeverity } from '../sampling/next-severity.ts'
import { severityEvents } from './inspection-events.ts'
import type { DefectClass } from './plan-definition.ts'
import {
  type SeverityChange,
  type SwitchingRow,
  switchingColumns,
  switchingStatement,
} from './switching.ts'

type SeverityRow = SwitchingRow & {
  readonly supplier: string
  readonly item: string
  readonly lastChange: (SeverityChange & { readonly at: string }) | null
  readonly updatedAt: string
}

interface SeveritiesInput {
  readonly supplier?: string
  readonly item?: string
  readonly limit?: number
  readonly cursor?: string
}

/** How hard lots are looked at, and since when and why. */
async function severities(input: SeveritiesInput, ctx: Context) {
  const { supplier = null, item = null, limit = 50, cursor = '' } = input
  const { rows } = await ctx.db.query<SeverityRow>(
    `select supplier, item, ${switchingColumns}, last_change as "lastChange", updated_at as "updatedAt"
       from switching_states
      where ($1::text is null or supplier = $1) and ($2::text is null or item = $2)
        and concat_ws('|', supplier, item, characteristic, class) > $3
      order by concat_ws('|', supplier, item, characteristic, class) limit $4`,
    [supplier, item, cursor, limit + 1],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const shown = items.map(({ revision: _, state, ...row }) => ({
    ...row,
    severity: state.severity,
    score: state.score,
    recent: state.recent,
  }))
  if (rows.length <= limit || last === undefined) return { items: shown }
  const next = [last.supplier, last.item, last.characteristic, last.class].join('|')
  return { items: shown, next }
}

interface ResumeInput {
  readonly supplier: string
  readonly item: string
  readonly characteristic: string
  readonly class: DefectClass
  readonly reason: string
}

/** Takes up acceptance again that was discontinued, as tightened inspection (ISO 2859-1, 9.4). */
function resumeAcceptance(input: ResumeInput, ctx: Context) {
  const { supplier, item, characteristic, class: of } = input
  return again(async () => {
    const { rows } = await ctx.db.query<SwitchingRow>(
      `select ${switchingColumns} from switching_states
        where supplier = $1 and item = $2 and characteristic = $3 and class = $4`,
      [supplier, item, characteristic, of],
    )
    const [row] = rows
    if (row === undefined || row.state.severity !== 'discontinued') {
      throw new Refusal(
        'NOT_DISCONTINUED',
        `Acceptance of ${item} for ${characteristic}/${of} is not discontinued.`,
      )
    }
    const { state, from, to, reasons } = nextSeverity(row.state, {
      correctiveActionEffective: true,
    })
    const [why] = reasons
    const at = nowText(ctx)
    const text = { en: input.reason, 'zh-CN': input.reason }
    const change = { from, to, reason: { code: why?.code ?? 'RESUMED', text } }
    const after = { ...row, state, change }
    // The revision is once for the series: told twice it is one event.
    const cause = ctx.hash('SHA-256', JSON.stringify([supplier, item, row.revision])).slice(0, 20)
    const events = severityEvents({ supplier, item, cause: `resumed-${cause}` }, [after], at)
    await ctx.db.transaction([switchingStatement(ctx.tenant, { supplier, item }, [after], at)], {
      events,
    })
    return { supplier, item, characteristic, class: of, severity: to }
  })
}

export const severityOperations = { severities, resumeAcceptance }
