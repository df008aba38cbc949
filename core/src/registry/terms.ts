import { createHash } from 'node:crypto'
import type { PackageInspection } from '@signalbox/sandbox'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { DeclaredPlan } from '@signalbox/sdk/plan-terms'
import { shownTextKind } from '@signalbox/sdk/shown-texts'
import { canonicalJson } from './consent.ts'

type Files = PackageInspection['files']

/** What whoever installs a version agrees to. */
export interface Terms {
  /** The SPDX expression of package.json; null: it says none. */
  readonly license: string | null
  /** SHA-256, hex, of the LICENSE file; null: the package has none. */
  readonly licenseTextSha256: string | null
  /** Null: the manifest declares no terms. */
  readonly text: Readonly<Record<string, string>> | null
  readonly price: Manifest['displayName'] | null
  /** Under which the author offers its data services: by service and name. */
  readonly plans: readonly DeclaredPlan[]
  /** SHA-256, hex, of all of it in canonical JSON (RFC 8785); null where nothing needs to be accepted. */
  readonly hash: string | null
}

/** A text beyond it is refused where it is published: see sdk's listing-schema.ts. */
const MAX_TEXT = 64 * 1024

/** Of a package as it was unpacked. What is agreed to is all of it: another licence text is another hash. */
export function termsOf({
  packageJson,
  manifest,
  files,
}: {
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly manifest: Manifest
  readonly files: Files
}): Terms {
  const { license } = packageJson
  const known = {
    license: typeof license === 'string' ? license.slice(0, 500) : null,
    licenseTextSha256:
      files.find(({ path }) => shownTextKind(path, undefined) === 'license')?.sha256 ?? null,
    price: manifest.terms?.price ?? null,
  }
  if (manifest.terms === undefined) return { ...known, plans: [], text: null, hash: null }
  const text = Object.fromEntries(
    Object.entries(manifest.terms.file).map(([language, path]) => [language, textIn(files, path)]),
  )
  const plans = inOrder(manifest.terms.plans ?? [])
  // Left out where there are none: what was accepted before manifests could declare plans stays accepted.
  const agreed = canonicalJson({ ...known, text, ...(plans.length === 0 ? {} : { plans }) })
  return { ...known, plans, text, hash: createHash('sha256').update(agreed).digest('hex') }
}

/** To write them in another order is to say the same. */
function inOrder(plans: readonly DeclaredPlan[]): readonly DeclaredPlan[] {
  const keyOf = ({ service, name }: DeclaredPlan) => `${service}/${name}`
  return [...plans].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function textIn(files: Files, path: string): string {
  const bytes = files.find((file) => file.path === path)?.bytes ?? Buffer.alloc(0)
  return bytes.toString('utf8', 0, MAX_TEXT).toWellFormed()
}
