import { Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import type { SpcPort } from '../spc/spc-port.ts'
import { type GaugeStudy, gaugeStudy, type StudyRequest } from './gauge-study.ts'

export interface StudyCall extends StudyRequest {
  /** Kept under this id; absent: only answered. */
  readonly study?: string
  readonly gauge?: string
  readonly characteristic?: string
}

/** Judges a study, and keeps it once: evidence is not written over. @throws Refusal STUDY_EXISTS, and those of `gaugeStudy` */
export async function judgeStudy(call: StudyCall, ctx: SpcPort): Promise<GaugeStudy> {
  const { study, gauge, characteristic, ...request } = call
  const result = gaugeStudy(request)
  if (study === undefined) return result
  const { rowCount } = await ctx.db.query(
    `insert into gauge_studies (tenant, study, gauge, characteristic, result, readings, author, made_at)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8)
     on conflict (tenant, study) do update set study = excluded.study
      where gauge_studies.readings = excluded.readings and gauge_studies.result = excluded.result
     returning study`,
    [
      ctx.tenant,
      study,
      gauge ?? null,
      characteristic ?? null,
      JSON.stringify(result),
      JSON.stringify(request.readings),
      ctx.principal.id,
      nowText(ctx),
    ],
  )
  if (rowCount === 1) return result
  throw new Refusal(
    'STUDY_EXISTS',
    `The study ${study} is kept with other readings: give this one another id.`,
  )
}

interface StudyRow {
  readonly study: string
  readonly gauge: string | null
  readonly characteristic: string | null
  readonly result: GaugeStudy
  readonly author: string
  readonly made_at: string
}

/** Kept studies, newest first. */
export async function studies(
  {
    gauge,
    limit = 20,
    cursor,
  }: { readonly gauge?: string; readonly limit?: number; readonly cursor?: string },
  ctx: SpcPort,
) {
  const place = cursor === undefined ? null : parsePlace(cursor)
  const { rows } = await ctx.db.query<StudyRow>(
    `select study, gauge, characteristic, result, author, made_at from gauge_studies
      where ($1::text is null or gauge = $1)
        and ($2::timestamptz is null or (made_at, study) < ($2::timestamptz, $3))
      order by made_at desc, study desc limit $4`,
    [gauge ?? null, place?.at ?? null, place?.id ?? null, limit + 1],
  )
  const cursorOf = ({ made_at, study }: StudyRow) => writePlace({ at: made_at, id: study })
  return pageOf(rows, limit, cursorOf, ({ result, made_at, ...row }) => ({
    ...row,
    madeAt: made_at,
    verdict: result.verdict,
    method: result.method,
    distinctCategories: result.distinctCategories,
    gaugeShare: result.variation[0]?.studyVariation ?? 0,
    toleranceShare: result.variation[0]?.tolerance ?? null,
  }))
}
