import type { Certificate } from './certificate.ts'
import type { NameConstraints } from './extensions.ts'
import type { GeneralName } from './general-names.ts'
import { isWithin } from './names.ts'
import type { PathReasonCode } from './path-reasons.ts'

/**
 * Why the constraints of an authority above forbid the names of a certificate (RFC 5280 §4.2.1.10, §6.1.3 (b), (c)).
 * Names of kinds that cannot be checked here are refused where a constraint of that kind is there at all.
 */
export function nameFault(
  certificate: Certificate,
  constraints: readonly NameConstraints[],
): PathReasonCode | undefined {
  const names = namesOf(certificate)
  for (const { permitted, excluded } of constraints) {
    for (const name of names) {
      const ofKind = (bases: readonly GeneralName[]) =>
        bases.filter(({ kind }) => kind === name.kind)
      const [allowed, forbidden] = [ofKind(permitted), ofKind(excluded)]
      if (allowed.length + forbidden.length === 0) continue
      if (!isChecked(name)) return 'name-constraint-not-understood'
      const isAllowed = allowed.length === 0 || allowed.some((base) => isBelow(name, base))
      if (!isAllowed || forbidden.some((base) => isBelow(name, base))) return 'name-not-permitted'
    }
  }
  return undefined
}

/** The subject, its alternative names, and addresses of mail in the subject, which old certificates have. */
function namesOf({ subject, extensions }: Certificate): GeneralName[] {
  const directory =
    subject.parts.length === 0 ? [] : [{ kind: 'directory', name: subject } as const]
  const mail = subject.email === undefined ? [] : [{ kind: 'email', text: subject.email } as const]
  return [...directory, ...mail, ...(extensions.subjectAlternativeNames ?? [])]
}

function isChecked({ kind }: GeneralName): boolean {
  return kind === 'directory' || kind === 'dns' || kind === 'email'
}

function isBelow(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'directory' && base.kind === 'directory') return isWithin(name.name, base.name)
  if (!('text' in name) || !('text' in base)) return false
  const [text, limit] = [name.text.toLowerCase(), base.text.toLowerCase()]
  return name.kind === 'dns' ? isDomainBelow(text, limit) : isAddressBelow(text, limit)
}

/** `host.example.com` is below `example.com` and `.example.com`; so is `example.com` below itself. */
function isDomainBelow(domain: string, base: string): boolean {
  const bare = base.replace(/^\./, '')
  return bare === '' || domain === bare || domain.endsWith(`.${bare}`)
}

/** A constraint is one address, a host, or with a leading dot all hosts below it. */
function isAddressBelow(address: string, base: string): boolean {
  if (base.includes('@')) return address === base
  const host = address.slice(address.lastIndexOf('@') + 1)
  return base.startsWith('.') ? host.endsWith(base) : host === base
}
