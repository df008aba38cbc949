import { type Context, Refusal } from '@signalbox/sdk'
import type { Seal } from './seal.ts'

type SealPort = Pick<Context, 'db' | 'tenant'>

interface SealRow {
  readonly details: Omit<Seal, 'revision'>
  readonly revision: number
}

export async function findSeals({ db, tenant }: SealPort): Promise<readonly Seal[]> {
  const { rows } = await db.query<SealRow>(
    'select details, revision from seals where tenant = $1 order by seal limit 200',
    [tenant],
  )
  return rows.map(sealOf)
}

/** @throws Refusal SEAL_UNKNOWN */
export async function requireSeal({ db, tenant }: SealPort, seal: string): Promise<Seal> {
  const { rows } = await db.query<SealRow>(
    'select details, revision from seals where tenant = $1 and seal = $2',
    [tenant, seal],
  )
  if (rows[0] !== undefined) return sealOf(rows[0])
  throw new Refusal('SEAL_UNKNOWN', `There is no seal ${seal}: register it by defineSeal.`)
}

/** With the log of who changed it. @throws Refusal SEAL_CHANGED */
export async function saveSeal(
  { db, tenant }: SealPort,
  seal: Omit<Seal, 'revision'>,
  seen: number,
  by: { readonly at: string; readonly who: string },
): Promise<Seal> {
  const { rows } = await db.query<SealRow>(
    `with kept as (
        insert into seals (tenant, seal, details, revision) values ($1, $2, $3, 1)
        on conflict (tenant, seal) do update set details = excluded.details, revision = seals.revision + 1
          where seals.revision = $4
        returning details, revision
      ), logged as (
        insert into seal_changes (tenant, seal, revision, details, at, who)
        select $1, $2, revision, details, $5::timestamptz, $6 from kept
      )
      select details, revision from kept`,
    [tenant, seal.seal, JSON.stringify(seal), seen, by.at, by.who],
  )
  if (rows[0] !== undefined) return sealOf(rows[0])
  throw new Refusal(
    'SEAL_CHANGED',
    `Seal ${seal.seal} has another revision than ${seen}: read it again.`,
  )
}

function sealOf({ details, revision }: SealRow): Seal {
  return { ...details, revision }
}
