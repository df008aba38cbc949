import { existsSync, readFileSync } from 'node:fs'

/** Signed files of other programs, with the authorities that they were signed under; they stand beside the repository. */
const folder = new URL('../../../../../shared/cases/domain/esign/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/esign beside the repository'

export const caseBytes = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))
export const caseText = (name: string) => readFileSync(new URL(name, folder), 'utf8')
