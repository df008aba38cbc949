import { bundleRules, checkBundle } from './bundle/bundle-rules.ts'
import { checkDocs, docsRules } from './docs-rules.ts'
import { checkFiles, fileRules } from './file-rules.ts'
import type { Finding } from './finding.ts'
import { inReadingOrder } from './finding.ts'
import { gateRules } from './gate-rules.ts'
import { checkLicence, licenceRules } from './licence-rules.ts'
import { checkManifestWords, manifestRules } from './manifest-rules.ts'
import { packRules } from './pack-rules.ts'
import { type PackageView, viewPackage } from './package-view.ts'
import { registryRules } from './registry-rules.ts'
import type { RuleFamily } from './rule.ts'
import { checkSecrets, secretRules } from './secret-rules.ts'
import { trialRules } from './trial-rules.ts'

/** Where a rule is tried. `folder`: before there is a package; `registry`: beside other packages; `host`: it runs. */
export type RuleStage = 'folder' | 'package' | 'registry' | 'host'

interface Family {
  readonly stage: RuleStage
  readonly rules: RuleFamily
  /** Absent: another part looks, and has the words from here. */
  readonly check?: (view: PackageView) => readonly Finding[]
}

/** Every rule there is. What a publish, `signalbox check` and the page of rules know, they know from here. */
export const families: readonly Family[] = [
  { stage: 'package', rules: gateRules },
  { stage: 'package', rules: manifestRules, check: checkManifestWords },
  { stage: 'package', rules: fileRules, check: checkFiles },
  { stage: 'package', rules: bundleRules, check: checkBundle },
  { stage: 'package', rules: secretRules, check: checkSecrets },
  { stage: 'package', rules: licenceRules, check: checkLicence },
  { stage: 'package', rules: docsRules, check: checkDocs },
  { stage: 'registry', rules: registryRules },
  { stage: 'host', rules: trialRules },
  { stage: 'folder', rules: packRules },
]

/** Enough to mend a package by; bounded, so that hostile input stays cheap. Of one rule, enough to see the habit. */
export const MAX_FINDINGS = 200
const MAX_OF_RULE = 20

/**
 * Checks what can be seen in the files of a package alone. Pure: the same files give the same findings anywhere.
 * @param files by path inside the package
 * @param found by whoever unpacked it, to be told with the rest
 */
export function checkPackage(
  files: ReadonlyMap<string, Uint8Array>,
  found: readonly Finding[] = [],
): readonly Finding[] {
  const view = viewPackage(files)
  return bounded([...found, ...families.flatMap(({ check }) => check?.(view) ?? [])])
}

/** In reading order, as many as one answer may have. */
export function bounded(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>()
  const kept = findings.filter(({ rule }) => {
    const count = (counts.get(rule) ?? 0) + 1
    counts.set(rule, count)
    return count <= MAX_OF_RULE
  })
  return inReadingOrder(kept).slice(0, MAX_FINDINGS)
}
