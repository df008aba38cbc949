import { globSync } from 'node:fs'
import type { ErrorCatalogue } from '@signalbox/sdk/errors'

type Catalogue = ErrorCatalogue<string>

/** Where catalogues are looked for, in the order in which an author and then a caller meets them. */
const WORKSPACES = ['sdk', 'marketplace', 'sandbox', 'core'] as const

const HEAD = `# Errors

<!-- Made by \`npm run generate\` from the catalogues in each workspace; edit the texts there. -->

Every refusal of the host has a code that never changes its meaning. Over HTTP it comes as
\`application/problem+json\` with \`code\`, \`title\`, \`detail\`, \`traceId\` and, for bad input, \`errors[]\` with a JSON
pointer for each fault. The text is in the language of \`Accept-Language\`. A code without one of these
prefixes is a plugin's own refusal: its author's documentation tells what it means.
`

/** Finds every catalogue by its shape, so that a new one is never forgotten here. */
export async function loadCatalogues(root: URL): Promise<readonly Catalogue[]> {
  const found: Catalogue[] = []
  for (const workspace of WORKSPACES) {
    const files = globSync(`${workspace}/src/**/{errors,*-errors}.ts`, { cwd: root.pathname })
    for (const file of files.sort()) {
      const exported: unknown = await import(new URL(file, root).href)
      found.push(...Object.values(exported as object).filter(isCatalogue))
    }
  }
  return found
}

export function errorReference(catalogues: readonly Catalogue[]): string {
  const sections = catalogues.map(({ prefix, definitions }) => {
    const rows = Object.entries(definitions).map(([name, { status, message, cure }]) => {
      const both = (text: typeof message) => `${cell(text.en)}<br>${cell(text['zh-CN'])}`
      return `| \`${prefix}_${name}\` | ${status} | ${both(message)} | ${both(cure)} |`
    })
    const head = ['| code | status | says | cure |', '| --- | --- | --- | --- |']
    return [`\n## ${prefix}\n`, ...head, ...rows].join('\n')
  })
  return `${[HEAD.trimEnd(), ...sections].join('\n')}\n`
}

function isCatalogue(value: unknown): value is Catalogue {
  return typeof value === 'object' && value !== null && 'prefix' in value && 'definitions' in value
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}
