import { type Context, Refusal, type Statement } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import { settingsOf, todayOf } from '../settings.ts'
import { type NoticeWish, noticesDue } from './notices.ts'

interface ContractRow {
  readonly contract: string
  readonly envelope: string
  readonly title: string
  readonly parties: readonly string[]
  readonly amount: string | null
  readonly currency: string | null
  readonly starts_on: string | null
  readonly ends_on: string | null
  readonly owner: string | null
  readonly terms: readonly Term[]
  readonly signed_at: string
  readonly revision: number
}

/** What is owed under it, and when. */
interface Term {
  readonly term: string
  readonly dueOn?: string
}

/** Amounts without zeros that nobody wrote; dates as text, since a date has no time. */
const columns = `contract, envelope, title, parties, trim_scale(amount)::text as amount, currency,
  to_char(starts_on, 'YYYY-MM-DD') as starts_on, to_char(ends_on, 'YYYY-MM-DD') as ends_on, owner, terms, signed_at, revision`

interface ListInput {
  readonly party?: string
  readonly endsBefore?: string
  readonly minAmount?: string
  readonly limit?: number
  readonly cursor?: string
}

async function contracts(
  { party, endsBefore, minAmount, limit = 50, cursor }: ListInput,
  ctx: Context,
) {
  const place = cursor === undefined ? undefined : parsePlace(cursor)
  const { rows } = await ctx.db.query<ContractRow>(
    `select ${columns} from contracts
      where tenant = $1
        and ($2::text is null or exists (select from unnest(parties) as p (name) where position(lower($2) in lower(p.name)) > 0))
        and ($3::date is null or ends_on < $3::date)
        and ($4::numeric is null or amount >= $4::numeric)
        and ($5::timestamptz is null or (signed_at, contract) < ($5::timestamptz, $6))
      order by signed_at desc, contract desc limit $7`,
    [
      ...[ctx.tenant, party ?? null, endsBefore ?? null, minAmount ?? null],
      ...[place?.at ?? null, place?.id ?? null, limit + 1],
    ],
  )
  const cursorOf = ({ signed_at, contract }: ContractRow) =>
    writePlace({ at: new Date(signed_at).toISOString(), id: contract })
  return pageOf(rows, limit, cursorOf, shown)
}

async function contract({ contract: id }: { readonly contract: string }, ctx: Context) {
  return whole(await requireContract(ctx, id))
}

interface UpdateInput {
  readonly contract: string
  readonly revision: number
  readonly owner?: string
  readonly startsOn?: string
  readonly endsOn?: string
  readonly terms?: readonly Term[]
}

/** What a person adds to the register. Parties and amount are what was signed, and stay. */
async function updateContract(input: UpdateInput, ctx: Context) {
  const before = await requireContract(ctx, input.contract)
  const startsOn = input.startsOn ?? before.starts_on
  const endsOn = input.endsOn ?? before.ends_on
  if (startsOn !== null && endsOn !== null && endsOn < startsOn) {
    throw new Refusal(
      'TERM_INVALID',
      `The contract would end on ${endsOn}, before it begins on ${startsOn}.`,
    )
  }
  const { rows } = await ctx.db.query<ContractRow>(
    `update contracts set owner = $4, starts_on = $5::date, ends_on = $6::date, terms = $7, revision = revision + 1
      where tenant = $1 and contract = $2 and revision = $3 returning ${columns}`,
    [
      ...[
        ctx.tenant,
        input.contract,
        input.revision,
        input.owner ?? before.owner,
        startsOn,
        endsOn,
      ],
      JSON.stringify(input.terms ?? before.terms),
    ],
  )
  if (rows[0] !== undefined) return whole(rows[0])
  throw new Refusal(
    'CONTRACT_CHANGED',
    `Contract ${input.contract} has another revision: read it again.`,
  )
}

/** @throws Refusal CONTRACT_UNKNOWN */
async function requireContract({ db, tenant }: Context, id: string): Promise<ContractRow> {
  const { rows } = await db.query<ContractRow>(
    `select ${columns} from contracts where tenant = $1 and contract = $2`,
    [tenant, id],
  )
  if (rows[0] !== undefined) return rows[0]
  throw new Refusal('CONTRACT_UNKNOWN', `There is no contract ${id}.`)
}

function shown(row: ContractRow) {
  const { contract, envelope, title, parties, amount, currency, owner } = row
  return {
    ...{ contract, envelope, title, parties },
    ...(amount === null ? {} : { amount }),
    ...(currency === null ? {} : { currency }),
    ...(row.starts_on === null ? {} : { startsOn: row.starts_on }),
    ...(row.ends_on === null ? {} : { endsOn: row.ends_on }),
    ...(owner === null ? {} : { owner }),
  }
}

function whole(row: ContractRow) {
  const { terms, revision } = row
  return { ...shown(row), terms, signedAt: new Date(row.signed_at).toISOString(), revision }
}

const BATCH = 30

/** Once a day: contracts that end within 90, 30 and 7 days, each notice once. */
export async function tellExpiring(ctx: Context): Promise<void> {
  const today = todayOf(settingsOf(ctx.config), ctx.now())
  for (;;) {
    const { rows } = await ctx.db.query<Omit<NoticeWish, 'at'>>(noticesDue.sql, [
      ctx.tenant,
      today,
      BATCH,
    ])
    if (rows.length === 0) return
    const at = nowText(ctx)
    const events = rows.map((row) => ({
      type: 'signature.contract.expiring',
      key: row.contract,
      id: `${row.contract} ${row.endsOn} ${row.days}`,
      data: {
        ...{ envelope: row.envelope, contract: row.contract, title: row.title, at },
        ...{ endsOn: row.endsOn, daysLeft: row.daysLeft },
        ...(row.owner === null ? {} : { owner: row.owner }),
      },
    }))
    const statements: Statement[] = rows.map(({ contract, endsOn, days }) => ({
      sql: `insert into contract_notices (tenant, contract, ends_on, days, told_at) values ($1, $2, $3::date, $4, $5)
        on conflict do nothing`,
      parameters: [ctx.tenant, contract, endsOn, days, at],
    }))
    await ctx.db.transaction(statements, { events })
    if (rows.length < BATCH) return
  }
}

export const contractOperations = { contracts, contract, updateContract }
