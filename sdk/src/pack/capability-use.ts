import type { CapabilityName } from '../manifest/capability-schemas.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** Signs in a bundle that it uses a capability. They may mislead either way: they only ever warn. */
const signs: readonly {
  readonly capability: CapabilityName
  readonly use: string
  isIn(code: string, linked: readonly string[]): boolean
}[] = [
  {
    capability: 'db:own',
    use: 'ctx.db',
    isIn: (code) =>
      /\bc(on)?te?xt\.db\b(?!\.inspect\b)/.test(code) ||
      /\.db\.(query|batch|transaction)\(/.test(code),
  },
  {
    capability: 'db:inspect',
    use: 'ctx.db.inspect',
    isIn: (code) => /\.db\.inspect\(/.test(code),
  },
  {
    capability: 'service:call',
    use: 'ctx.services',
    isIn: (code) => /\bc(on)?te?xt\.services\b/.test(code) || /\.services\.call\(/.test(code),
  },
  {
    capability: 'secret:use',
    use: 'ctx.secrets',
    isIn: (code) =>
      /\bc(on)?te?xt\.secrets\b/.test(code) || /\.secrets\.(ref|basic|reveal)\(/.test(code),
  },
  {
    capability: 'event:publish',
    use: 'ctx.events',
    isIn: (code) => /\bc(on)?te?xt\.events\b/.test(code) || /\.events\.publish\(/.test(code),
  },
  {
    capability: 'job:schedule',
    use: 'ctx.jobs',
    isIn: (code) => /\bc(on)?te?xt\.jobs\b/.test(code) || /\.jobs\.schedule\(/.test(code),
  },
  {
    capability: 'http:fetch',
    use: 'fetch',
    isIn: (_, linked) => linked.includes('guest/fetch.ts'),
  },
]

/** @param linked files of the SDK that are in the bundle. */
export function capabilityWarnings(
  code: string,
  linked: readonly string[],
  capabilities: Manifest['capabilities'],
): string[] {
  return signs
    .filter(
      ({ capability, isIn }) => isIn(code, linked) && capabilities?.[capability] === undefined,
    )
    .map(
      ({ capability, use }) =>
        `the bundle uses ${use}, and the manifest does not ask for "${capability}": calls will be refused`,
    )
}
