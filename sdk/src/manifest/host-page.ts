import { Ajv2020 } from 'ajv/dist/2020.js'
import type { InputFault } from '../errors/coded-error.ts'
import { faultsOf, lateValidator } from '../schema/validate.ts'
import { localized } from './terms.ts'

/** The extension point of the host that whole pages are put into: their script acts as whoever looks at them. */
export const HOST_PAGE_POINT = 'host/page/v1'

/** First parts of the host's own addresses, and what browsers and proxies ask every site for. */
export const hostPaths: readonly string[] = [
  'api',
  'assets',
  'catalog',
  'docs',
  'favicon',
  'healthz',
  'hooks',
  'links',
  'marketplace',
  'metrics',
  'npm',
  'oauth2',
  'openapi',
  'readyz',
  'robots',
  'rollouts',
  'sign-in',
  'static',
  'ui',
  'v1',
]

/** What a plugin says of a page of the host. */
export const hostPageSchema = {
  type: 'object',
  required: ['path', 'entry', 'title'],
  additionalProperties: false,
  properties: {
    path: {
      type: 'string',
      pattern: '^/[a-z][a-z0-9-]{1,40}$',
      description: 'Where it stands, such as /console; all below it leads to the same page.',
    },
    entry: {
      type: 'string',
      pattern: '^ui/([A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\\.html$',
      maxLength: 200,
      description: 'An HTML file of the package in its folder ui, such as ui/index.html.',
    },
    title: localized,
  },
} as const

export interface HostPage {
  readonly path: string
  readonly entry: string
  readonly title: Readonly<Record<string, string>>
}

/** What of a manifest is looked at; its schema was looked at before. */
interface Offering {
  readonly runtime: { readonly tier: string }
  readonly capabilities?: {
    readonly 'ui:mount'?: readonly { readonly point: string; readonly optional?: boolean }[]
  }
  readonly provides?: {
    readonly contributes?: readonly { readonly point: string; readonly value?: unknown }[]
  }
}

const validator = lateValidator(() =>
  new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile<HostPage>(hostPageSchema),
)

/** The pages of a manifest that was found sound. */
export function hostPages({ provides }: Offering): readonly HostPage[] {
  return (provides?.contributes ?? [])
    .filter(({ point }) => point === HOST_PAGE_POINT)
    .map(({ value }) => value as HostPage)
}

/** Why what a manifest puts into the host's pages cannot be put there. Pure. */
export function hostPageFaults(manifest: Offering): readonly InputFault[] {
  const paths = new Set<string>()
  return (manifest.provides?.contributes ?? []).flatMap(({ point, value }, index) => {
    if (point !== HOST_PAGE_POINT) return []
    const pointer = `/provides/contributes/${index}`
    return [...powerFaults(manifest, pointer), ...valueFaults(value, pointer, paths)]
  })
}

function powerFaults({ runtime, capabilities }: Offering, pointer: string): InputFault[] {
  const faults: InputFault[] = []
  const fault = (detail: string) => faults.push({ pointer: `${pointer}/point`, detail })
  if (runtime.tier !== 'trusted') {
    fault(
      `a page at ${HOST_PAGE_POINT} is of the tier trusted: its script does what the viewer may`,
    )
  }
  const asked = capabilities?.['ui:mount']?.find((one) => one.point === HOST_PAGE_POINT)
  if (asked === undefined || asked.optional === true) {
    fault(`needs the capability ui:mount with "point": "${HOST_PAGE_POINT}", and not optional`)
  }
  return faults
}

function valueFaults(value: unknown, pointer: string, paths: Set<string>): InputFault[] {
  const validate = validator()
  if (!validate(value)) {
    return faultsOf(validate).map((fault) => ({
      ...fault,
      pointer: `${pointer}/value${fault.pointer}`,
    }))
  }
  const { path } = value
  const at = `${pointer}/value/path`
  if (hostPaths.includes(path.slice(1))) {
    return [{ pointer: at, detail: `${path} is the host's own: take another` }]
  }
  if (paths.has(path)) return [{ pointer: at, detail: `${path} is named twice` }]
  paths.add(path)
  return []
}
