import { existsSync, readFileSync } from 'node:fs'

/** Certificates, signed files and signatures by OpenSSL; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../shared/cases/domain/esign/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/esign beside the repository'

export interface Sm2Vector {
  readonly publicKeyPem: string
  readonly messageUtf8: string
  readonly sm3Hex: string
  readonly signatureDerHex: string
  readonly valid: boolean
}

export const sm2Vectors = () =>
  JSON.parse(readCase('sm2_vectors.json').toString()) as readonly Sm2Vector[]

export function readCase(name: string): Buffer {
  return readFileSync(new URL(name, folder))
}
