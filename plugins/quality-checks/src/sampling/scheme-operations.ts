import { type Context, Refusal } from '@signalbox/sdk'
import { builtInScheme, builtInSchemes } from './built-in-schemes.ts'
import { keepScheme, schemeTables, storedSchemes } from './scheme-store.ts'
import type { SchemeTables } from './scheme-tables.ts'
import { schemeProblems } from './validate-scheme.ts'

/** Problems told at once: those of one mistake often stand in many places. */
const MOST_PROBLEMS = 5

/** As many schemes as an answer may hold, and far more than a tenant has. */
const PAGE = 50

interface ListInput {
  readonly limit?: number
  readonly cursor?: string
}

/** Built-in schemes first, then those of the tenant by name. */
export async function schemes({ limit = PAGE, cursor }: ListInput, ctx: Pick<Context, 'db'>) {
  const builtIn =
    cursor === undefined
      ? builtInSchemes.map((tables) => ({ ...headOf(tables), builtIn: true, revision: 0 }))
      : []
  const stored = await storedSchemes(ctx, cursor ?? '', limit + 1)
  const items = stored
    .slice(0, limit)
    .map(({ tables, revision }) => ({ ...headOf(tables), builtIn: false, revision }))
  const last = items.at(-1)
  return {
    items: [...builtIn, ...items],
    ...(stored.length > limit && last !== undefined ? { next: last.scheme } : {}),
  }
}

export async function scheme({ scheme }: { scheme: string }, ctx: Pick<Context, 'db'>) {
  return { tables: await schemeTables(ctx, scheme) }
}

/** Checks a scheme and keeps it as its next revision. */
export async function loadScheme(
  { tables, revision = 0 }: { tables: SchemeTables; revision?: number },
  ctx: Pick<Context, 'db' | 'tenant' | 'now'>,
) {
  if (builtInScheme(tables.scheme) !== undefined) {
    throw new Refusal(
      'SCHEME_RESERVED',
      `"${tables.scheme}" is built in and cannot be replaced: load yours by another name.`,
    )
  }
  const problems = schemeProblems(tables)
  if (problems.length > 0) {
    const more =
      problems.length > MOST_PROBLEMS ? ` And ${problems.length - MOST_PROBLEMS} more.` : ''
    throw new Refusal(
      'SCHEME_INVALID',
      `Correct the tables: ${problems.slice(0, MOST_PROBLEMS).join('; ')}.${more}`,
    )
  }
  const kept = await keepScheme(ctx, tables, revision)
  if (kept === undefined) {
    throw new Refusal(
      'REVISION_STALE',
      `"${tables.scheme}" is not at revision ${revision} any more: read schemes again and load over the newest.`,
    )
  }
  return { scheme: tables.scheme, revision: kept }
}

function headOf(tables: SchemeTables) {
  const offered = (['single', 'double', 'multiple'] as const).flatMap((type) =>
    (['normal', 'tightened', 'reduced'] as const)
      .filter((severity) => tables[type]?.[severity] !== undefined)
      .map((severity) => ({ type, severity })),
  )
  return { scheme: tables.scheme, title: tables.title, aqls: tables.aqls, tables: offered }
}
