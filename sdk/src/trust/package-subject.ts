import type { SignedVersion } from './registry-signature.ts'
import type { Subject } from './statement.ts'

/** A version as npm's own attestations name it: a package URL and the digest of its tarball. */
export function packageSubject({ name, version, integrity }: SignedVersion): Subject {
  const [scope, rest] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const path = scope === undefined ? rest : `${encodeURIComponent(scope)}/${rest}`
  return { name: `pkg:npm/${path}@${version}`, digest: { sha512: hexOf(integrity) } }
}

/** Whether a statement is about this version's very bytes, and about nothing else. */
export function isAbout(subject: readonly Subject[], version: SignedVersion): boolean {
  const [only, ...others] = subject
  const expected = packageSubject(version)
  return (
    others.length === 0 &&
    only?.name === expected.name &&
    only.digest.sha512 === expected.digest.sha512
  )
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
}
