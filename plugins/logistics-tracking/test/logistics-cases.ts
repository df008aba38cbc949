import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Documents and numbers with known answers; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../shared/cases/domain/logistics/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/logistics beside the repository'

// biome-ignore lint/suspicious/noExplicitAny: documents of others, which the tests take apart
export type Json = any

export function readCase<T = Json>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
}

export function validDocuments(): readonly (readonly [name: string, document: Json])[] {
  return readdirSync(new URL('epcis/valid/', folder)).map((name) => [
    name,
    readCase(`epcis/valid/${name}`),
  ])
}
