import type { CapabilityName } from '../../manifest/capability-schemas.ts'
import { CONTRIBUTIONS_CHANGED, toldPoints } from '../../manifest/change-event.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { Finding, Severity } from '../finding.ts'
import type { PackageView } from '../package-view.ts'
import { defineRules } from '../rule.ts'
import type { BundleReading } from './bundle-reading.ts'
import { isCovered, usedBy } from './capability-cover.ts'
import type { ExportedHandlers, HandlerTable } from './exported-handlers.ts'
import type { HostUse } from './host-uses.ts'

/** The code of a plugin of the sandbox tier against its manifest: read, not run. */
export const bundleRules = defineRules({
  'bundle/syntax': {
    severity: 'error',
    message: {
      en: 'The bundle is no JavaScript: {reason}.',
      'zh-CN': '插件包不是有效的 JavaScript：{reason}。',
    },
    cure: { en: 'Make it with "signalbox pack".', 'zh-CN': '请用 "signalbox pack" 生成。' },
  },
  'bundle/capability-missing': {
    severity: 'error',
    message: {
      en: 'The code uses {what}{of}, and no capability of the manifest covers it: the host will refuse every such call{source}.',
      'zh-CN': '代码使用了 {what}{of}，但清单中没有相应能力：主机会拒绝每次此类调用{source}。',
    },
    cure: {
      en: 'Ask for "{capability}" in the manifest and say why, or take the use out.',
      'zh-CN': '请在清单中申请 "{capability}" 并说明理由，或移除该用法。',
    },
  },
  'bundle/capability-unused': {
    severity: 'warning',
    message: {
      en: 'The manifest asks for "{capability}"{of}, and nothing in the code uses it.',
      'zh-CN': '清单申请了 "{capability}"{of}，但代码并未使用。',
    },
    cure: {
      en: 'Take it out: an admin grants less, and sooner.',
      'zh-CN': '请移除：申请越少，管理员授权越快。',
    },
  },
  'bundle/handler-missing': {
    severity: 'error',
    message: {
      en: 'The manifest or contract names {what}, and the code exports no handler for it.',
      'zh-CN': '清单或契约列有 {what}，但代码没有导出其处理函数。',
    },
    cure: {
      en: 'Add it to what src/index.ts gives to definePlugin, or take it out of the manifest.',
      'zh-CN': '请在 src/index.ts 传给 definePlugin 的对象中添加，或从清单中移除。',
    },
  },
  'bundle/handler-unnamed': {
    severity: 'error',
    message: {
      en: 'The code exports a handler for {what}, which neither manifest nor contract names: nobody can reach it{source}.',
      'zh-CN': '代码导出了 {what} 的处理函数，但清单和契约均未列出：无人能调用它{source}。',
    },
    cure: {
      en: 'Name it in the manifest or contract, or remove the handler.',
      'zh-CN': '请在清单或契约中列出它，或移除该处理函数。',
    },
  },
})

type Read = Extract<BundleReading, { ok: true }>

export function checkBundle(view: PackageView): readonly Finding[] {
  const { manifest } = view
  const reading = view.bundle()
  const file = manifest?.runtime.entry
  if (manifest === undefined || reading === undefined || file === undefined) return []
  if (!reading.ok) {
    const { line, reason } = reading
    return [bundleRules.find('bundle/syntax', { file, line }, { reason })]
  }
  return [
    ...missing(reading, manifest, file),
    ...unused(reading, manifest, view),
    ...(reading.handlers === undefined ? [] : handlers(view, manifest, reading, reading.handlers)),
  ]
}

/** Of one thing that is not covered, the first place: the others have the same cure. */
function missing(reading: Read, manifest: Manifest, file: string): readonly Finding[] {
  const told = new Set<string>()
  return reading.uses.flatMap((use) => {
    // What is only read, or only looks like it, is no call.
    const isCall = /\.\w+\.\w+$|^fetch$/.test(use.what)
    if (!isCall || isCovered(manifest, use)) return []
    const key = `${use.capability} ${use.wanted} ${use.operation}`
    if (told.has(key)) return []
    told.add(key)
    const line = reading.lineAt(use.offset)
    const source = reading.sourceOf(line)
    const isOwn = source?.includes('node_modules/') !== true
    const place = { file, line, severity: severityOf(use, isOwn) }
    return [bundleRules.find('bundle/capability-missing', place, words(use, source))]
  })
}

/** A package may hold code that never runs, and what only looks like the context may be another thing. */
function severityOf({ isProven }: HostUse, isOwn: boolean): Severity {
  return isProven && isOwn ? 'error' : 'warning'
}

function words({ what, wanted, operation, capability }: HostUse, source: string | undefined) {
  const of = wanted === undefined ? '' : ` ("${[wanted, operation].filter(Boolean).join(' ')}")`
  return {
    what,
    of,
    capability,
    ...sourceWords(source),
  }
}

/** Asked for by others than the code: each has its own part of the manifest, or shows itself elsewhere. */
const notByCode = new Set([
  'service:provide',
  'event:subscribe',
  'http:receive',
  'udf:provide',
  'ui:mount',
  'workflow:start',
])

function unused(reading: Read, manifest: Manifest, view: PackageView): readonly Finding[] {
  return Object.entries(manifest.capabilities ?? {}).flatMap(([capability, entries]) => {
    if (notByCode.has(capability)) return []
    // A job that stands in the manifest is scheduled by the host.
    if (capability === 'job:schedule' && (manifest.provides?.jobs ?? []).length > 0) return []
    return entries.flatMap((_, index): Finding[] => {
      const { isUsed, of } = usedBy(manifest, capability as CapabilityName, index, reading.uses)
      if (isUsed) return []
      const pointer = `/signalbox/capabilities/${capability}/${index}`
      const place = { file: 'package.json', line: view.lineOf('package.json', pointer) }
      return [bundleRules.find('bundle/capability-unused', place, { capability, of })]
    })
  })
}

function handlers(
  view: PackageView,
  manifest: Manifest,
  reading: Read,
  exported: ExportedHandlers,
): readonly Finding[] {
  const findings: Finding[] = []
  const compare = (
    table: HandlerTable,
    promised: readonly Promised[],
    kind: string,
    severity: Severity = 'error',
  ) => {
    const names = new Set(promised.map(({ name }) => name))
    for (const { name, file, pointer } of promised) {
      if (table.names.has(name) || !table.isWhole || !exported.isWhole) continue
      const place = { file, line: view.lineOf(file, pointer) }
      findings.push(bundleRules.find('bundle/handler-missing', place, { what: `${kind} ${name}` }))
    }
    for (const [name, { node }] of table.names) {
      if (names.has(name)) continue
      const line = reading.lineAt(node.start)
      const source = reading.sourceOf(line)
      const told = { what: `${kind} ${name}`, ...sourceWords(source) }
      const place = { file: manifest.runtime.entry, line, severity }
      findings.push(bundleRules.find('bundle/handler-unnamed', place, told))
    }
  }
  const none: HandlerTable = { names: new Map(), isWhole: true }
  const services = promisedOperations(view, manifest)
  for (const [id, operations] of services) {
    compare(exported.services.get(id) ?? none, operations, `the operation ${id}`)
  }
  for (const [id, table] of exported.services) {
    // A major that is no longer provided, whole: nothing is misspelt, and nobody is harmed.
    if (!services.has(id)) compare(table, [], `the operation ${id}`, 'warning')
  }
  for (const { key, kind, promised } of simpleTables(manifest)) {
    // A function is looked up by the manifest alone; what is never sent harms nobody.
    compare(exported[key], promised, kind, key === 'udfs' ? 'error' : 'warning')
  }
  return findings
}

function sourceWords(source: string | undefined) {
  return {
    source: source === undefined ? '' : { en: ` (from ${source})`, 'zh-CN': `（来自 ${source}）` },
  }
}

interface Promised {
  readonly name: string
  readonly file: string
  readonly pointer: string
}

function promisedOperations(
  view: PackageView,
  { provides }: Manifest,
): ReadonlyMap<string, readonly Promised[]> {
  const services = (provides?.services ?? []).flatMap(({ id, contract: file }) => {
    const operations = operationsIn(view.text(file))
    if (operations === undefined) return []
    const promised = operations.map((name) => ({ name, file, pointer: `/operations/${name}` }))
    return [[id, promised] as const]
  })
  return new Map(services)
}

function operationsIn(json: string | undefined): readonly string[] | undefined {
  try {
    const { operations } = JSON.parse(json ?? '') as { readonly operations?: object }
    return typeof operations === 'object' ? Object.keys(operations) : undefined
  } catch {
    return undefined
  }
}

function simpleTables(manifest: Manifest) {
  const { provides, capabilities } = manifest
  const listed = (names: readonly string[], base: string): readonly Promised[] =>
    names.map((name, index) => ({
      name,
      file: 'package.json',
      pointer: `/signalbox/${base}/${index}`,
    }))
  const heard = (capabilities?.['event:subscribe'] ?? []).map(({ type }) => type)
  const told = toldPoints(manifest).length > 0 ? [CONTRIBUTIONS_CHANGED] : []
  const udfs = (provides?.udfs ?? []).map(({ id }) => id)
  const jobs = (provides?.jobs ?? []).map(({ id }) => id)
  const hooks = (capabilities?.['http:receive'] ?? []).map(({ path }) => path)
  return [
    { key: 'udfs', kind: 'the function', promised: listed(udfs, 'provides/udfs') },
    { key: 'jobs', kind: 'the job', promised: listed(jobs, 'provides/jobs') },
    {
      key: 'webhooks',
      kind: 'the webhook',
      promised: listed(hooks, 'capabilities/http:receive'),
    },
    {
      key: 'on',
      kind: 'the event',
      promised: listed([...heard, ...told], 'capabilities/event:subscribe'),
    },
  ] as const
}
