import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** Series and tables with known answers; they lie beside the project where there are any, and are no part of it. */
const folder = new URL('../../../../shared/cases/domain/', import.meta.url)

export const casesThere = existsSync(folder)

export interface M3Series {
  readonly sn: string
  readonly period: 'MONTHLY' | 'QUARTERLY' | 'YEARLY'
  readonly m: number
  readonly h: number
  readonly train: readonly number[]
  readonly test: readonly number[]
}

export interface Part {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

export interface PlanCell {
  readonly severity: string
  readonly lot: string
  readonly level: string
  readonly aql: number
  readonly n: number
  readonly ac: number
  readonly re: number
}

export async function m3Series(): Promise<M3Series[]> {
  return JSON.parse(await text('forecast/m3_series.json'))
}

export async function intermittentParts(): Promise<Part[]> {
  return Object.values(JSON.parse(await text('forecast/carparts_intermittent.json')))
}

export async function planCells(): Promise<PlanCell[]> {
  const csv = await text('qc/aql_single_general_levels_normal_tightened.csv')
  const [, ...lines] = csv.trimEnd().split('\n')
  return lines.map((line) => {
    const [severity = '', lot = '', level = '', aql, n, ac, re] = line.split(',')
    return { severity, lot, level, aql: Number(aql), n: Number(n), ac: Number(ac), re: Number(re) }
  })
}

export async function caseJson<Value>(name: string): Promise<Value> {
  return JSON.parse(await text(name))
}

/** The files of a folder by their names, each read as JSON. */
export async function caseFiles(name: string): Promise<readonly (readonly [string, unknown])[]> {
  const files = (await readdir(new URL(`${name}/`, folder))).sort()
  return Promise.all(files.map(async (file) => [file, await caseJson(`${name}/${file}`)] as const))
}

export function caseBytes(name: string): Promise<Buffer> {
  return readFile(new URL(name, folder))
}

function text(name: string): Promise<string> {
  return readFile(new URL(name, folder), 'utf8')
}
