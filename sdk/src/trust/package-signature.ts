import { createHash, type KeyObject } from 'node:crypto'
import { isInstant } from './instant.ts'
import { type KeyChoice, openStatement, type Statement, signStatement } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

/** In the package's folder, and in its tarball; the one file that it does not list. */
export const SIGNATURE_FILE = 'signalbox.sig'

/** SHA-512 in hexadecimal, by path in the package. */
export type FileDigests = ReadonlyMap<string, string>

interface PackagePredicate {
  readonly name: string
  readonly version: string
  readonly created: string
}

export interface PackageSignature {
  readonly keyid: string
  /** When the author says he signed; milliseconds since the epoch. */
  readonly createdAt: number
}

export interface SignedPackage {
  readonly name: string
  readonly version: string
  /** All files but `signalbox.sig`, which is left out where it is given. */
  readonly files: FileDigests
}

export function sha512Of(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex')
}

/** Subresource integrity of a tarball, as npm has it. */
export function integrityOf(tarball: Uint8Array): string {
  return `sha512-${createHash('sha512').update(tarball).digest('base64')}`
}

/** @returns the text of `signalbox.sig` */
export function signPackage(
  { name, version, files }: SignedPackage,
  at: number,
  privateKey: KeyObject,
): string {
  const subject = [...files]
    .filter(([path]) => path !== SIGNATURE_FILE)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, sha512]) => ({ name: path, digest: { sha512 } }))
  const predicate: PackagePredicate = { name, version, created: new Date(at).toISOString() }
  return signStatement('package', { subject, predicate }, privateKey)
}

/** Whether the text is one of the chosen keys' signature of exactly these files, no more, no less and no other. */
export function verifyPackage(
  text: string,
  signed: SignedPackage,
  keys: KeyChoice,
): Verdict<{ readonly signature: PackageSignature }> {
  const opened = openStatement<PackagePredicate>(text, 'package', keys)
  if (!opened.ok) return opened
  const { statement } = opened
  const { name, version, created } = statement.predicate
  if (name !== signed.name || version !== signed.version) {
    return refused(`is of ${name}@${version}`, `签名对象是 ${name}@${version}`)
  }
  if (!isInstant(created)) return refused('has no time', '没有签名时间')
  const fault = fileFault(statement, signed.files)
  if (fault !== undefined) return fault
  const { keyid } = statement
  return { ok: true, signature: { keyid, createdAt: Date.parse(created) } }
}

/** Whether the bytes are those that a signed package lists under a path; the rest of its files is not looked at. */
export function verifyListedFile(
  text: string,
  { path, sha512 }: { readonly path: string; readonly sha512: string },
  keys: KeyChoice,
): Verdict<{ readonly paths: readonly string[]; readonly of: string }> {
  const opened = openStatement<PackagePredicate>(text, 'package', keys)
  if (!opened.ok) return opened
  const { subject, predicate } = opened.statement
  if (subject.find(({ name }) => name === path)?.digest.sha512 !== sha512) return altered(path)
  const of = `${predicate.name}@${predicate.version}`
  return { ok: true, paths: subject.map(({ name }) => name), of }
}

function fileFault({ subject }: Statement, files: FileDigests) {
  const listed = new Map(subject.map(({ name, digest }) => [name, digest.sha512]))
  if (listed.size !== subject.length || listed.has(SIGNATURE_FILE)) {
    return refused('lists a file twice, or itself', '重复列出文件或列出了自身')
  }
  for (const [path, sha512] of listed) {
    const own = files.get(path)
    if (own === undefined)
      return refused(`lists ${path}, which is missing`, `所列文件 ${path} 缺失`)
    if (own !== sha512) return altered(path)
  }
  for (const path of files.keys()) {
    if (path === SIGNATURE_FILE || listed.has(path)) continue
    return refused(`does not list ${path}, which is in the package`, `软件包中的 ${path} 未被列出`)
  }
  return undefined
}

function altered(path: string) {
  return refused(`was made for other bytes of ${path}`, `${path} 的内容与签名时不同`)
}
