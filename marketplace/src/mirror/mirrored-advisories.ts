import { fieldsOf } from '@signalbox/sdk/trust/json-fields'
import { isRange, isWebAddress, type NewAdvisory, severities } from '../advisories/advisory.ts'
import { isStorable } from '../publish/storable-json.ts'

/** An advisory of another marketplace, under its number there. */
export interface MirroredAdvisory extends NewAdvisory {
  readonly mirroredId: number
}

/** More than any marketplace has of some scopes; what is over it is not kept. */
const MAX_ADVISORIES = 5000
const MAX_TEXT = 1000

/**
 * What of a snapshot is about packages that come from that marketplace, in npm's bulk form: of others it has nothing to
 * say. What is not whole is left out: a marketplace that adds a field must not silence the rest. Pure.
 */
export function advisoriesOf(
  told: Readonly<Record<string, readonly unknown[]>>,
  scopes: readonly string[],
): readonly MirroredAdvisory[] {
  return Object.entries(told)
    .filter(([name]) => scopes.some((scope) => name.startsWith(`${scope}/`)))
    .flatMap(([name, all]) => all.map((one) => advisoryOf(name, one)))
    .filter((one) => one !== undefined)
    .slice(0, MAX_ADVISORIES)
}

function advisoryOf(name: string, value: unknown): MirroredAdvisory | undefined {
  const { id, url, title, severity, vulnerable_versions: range, cwe, cvss } = fieldsOf(value)
  const known = severities.find((one) => one === severity)
  const isWhole =
    Number.isSafeInteger(id) && isText(title) && isText(range) && isRange(range) && known
  if (!isWhole) return undefined
  const { score, vectorString } = fieldsOf(cvss)
  return {
    mirroredId: id as number,
    package: name,
    title,
    severity: known,
    vulnerableVersions: range,
    ...(isText(url) && isWebAddress(url) ? { url } : {}),
    cwe: Array.isArray(cwe) ? cwe.filter(isText).slice(0, 20) : [],
    ...(typeof score === 'number' && score >= 0 && score <= 10 && isText(vectorString)
      ? { cvss: { score, vector: vectorString } }
      : {}),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT && isStorable(value)
}
