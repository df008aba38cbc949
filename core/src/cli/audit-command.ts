import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Localized } from '@signalbox/sdk/errors'
import { defineCommand } from 'citty'
import type { JWK } from 'jose'
import type { ExportLine } from '../audit/audit-export.ts'
import type { StoredAuditEntry } from '../audit/audit-store.ts'
import type { Head } from '../audit/chain.ts'
import type { ChainFault } from '../audit/chain-verifier.ts'
import type { VerifiedPart } from '../audit/verify-chain.ts'
import { lineOf, type VerifiedExport, verifyExport } from '../audit/verify-export.ts'
import { coreErrors } from '../errors.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { openNamedFile, readNamedJson } from './named-file.ts'
import { print } from './output.ts'

const tenant = {
  type: 'string',
  description: say({
    en: "The tenant; an admin's own, or the host's entries, when left out",
    'zh-CN': '租户；省略则为管理员自己的租户或主机自身的记录',
  }),
} as const

const text = (en: string, zh: string) =>
  ({ type: 'string', description: say({ en, 'zh-CN': zh }) }) as const

const filters = {
  tenant,
  actor: text('Who did it: operator, app:acme/web', '执行者：operator、app:acme/web'),
  action: text('What was done: binding.changed', '操作：binding.changed'),
  subject: text('What it was done to', '对象'),
  outcome: text('done, or the code of a refusal', 'done 或拒绝代码'),
  from: text('From this time on: 2026-06-01T00:00:00Z', '起始时间：2026-06-01T00:00:00Z'),
  to: text('Before this time', '截止时间（不含）'),
  limit: text('At most so many (50)', '最多条数（50）'),
  cursor: text('Go on behind this cursor', '从该游标继续'),
} as const

const listCommand = defineCommand({
  meta: {
    name: 'list',
    description: say({ en: 'Who did what, newest first', 'zh-CN': '审计记录，最新在前' }),
  },
  args: { ...filters, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const query = queryOf(args, Object.keys(filters))
    const page = await client.request<{ items: StoredAuditEntry[]; next?: string }>(
      'GET',
      `/v1/audit${query}`,
    )
    const lines = page.items.map(
      ({ at, actor, action, subject, outcome }) =>
        `${at}  ${actor}  ${action}  ${subject}  ${outcome}`,
    )
    const more = page.next === undefined ? [] : [`… --cursor ${page.next}`]
    const none = say({ en: 'There are no such entries.', 'zh-CN': '没有符合条件的记录。' })
    print(args.json, page, lines.length === 0 ? [none] : [...lines, ...more])
  },
})

const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: say({
      en: 'Verify the hash chain of the audit, on a host or from an export',
      'zh-CN': '校验审计哈希链（在线或基于导出文件）',
    }),
  },
  args: {
    tenant,
    file: text(
      'An export (.ndjson or .ndjson.gz) instead of a host',
      '导出文件（.ndjson 或 .ndjson.gz），不连接主机',
    ),
    keys: text(
      "The host's public keys (GET /v1/signing-keys), kept from elsewhere; for --file",
      '另行保存的主机公钥（GET /v1/signing-keys），用于 --file',
    ),
    against: text(
      'An earlier export: what was signed then must still stand',
      '较早的导出：当时签名的内容必须仍然成立',
    ),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const witnesses = args.against === undefined ? [] : await signedIn(args.against)
    const found =
      args.file === undefined
        ? await verifyHost(args, witnesses)
        : await verifyFile(args.file, args.keys, witnesses)
    print(args.json, found, linesOf(found))
    if (!found.ok) process.exitCode = 1
  },
})

type Found = Pick<VerifiedPart, 'chain' | 'ok' | 'checked' | 'checkpoints' | 'head'> &
  Partial<
    Pick<VerifiedPart, 'fault' | 'signedUpTo' | 'clockSetBackAt' | 'unsealed' | 'removedUpTo'>
  > &
  Partial<Pick<VerifiedExport, 'isCut' | 'trustedItself' | 'keyIds'>>

/** Part after part, each from where the one before it ended. */
async function verifyHost(
  args: Readonly<Partial<Record<'tenant' | 'url' | 'token', string | undefined>>> & {
    readonly json?: boolean | undefined
  },
  witnesses: readonly ExportLine[],
): Promise<Found> {
  const client = new HostClient(await connectionOf(args))
  const part = (after: Head | undefined, limit?: number) => {
    const from = after === undefined ? {} : { after: after.number, hash: after.hash }
    const query = queryOf({ tenant: args.tenant, limit, ...from }, [
      'tenant',
      'limit',
      'after',
      'hash',
    ])
    return client.request<VerifiedPart>('GET', `/v1/audit:verify${query}`)
  }
  // The last link that was shown then: its hash is in those of all that follow.
  const last = witnesses.at(-1)
  if (last?.type === 'end' && last.head.number > 0) {
    const then = await part(last.head, 1)
    if (!then.ok) return then
  }
  let [checked, checkpoints] = [0, 0]
  for (let after: Head | undefined; ; ) {
    const found = await part(after)
    checked += found.checked
    checkpoints += found.checkpoints
    if (found.next === undefined) return { ...found, checked, checkpoints }
    if (args.json !== true && process.stderr.isTTY) process.stderr.write(`\r${checked} …`)
    after = found.next
  }
}

async function verifyFile(
  file: string,
  keys: string | undefined,
  witnesses: readonly ExportLine[],
): Promise<Found> {
  const trusted = keys === undefined ? undefined : await keysIn(keys)
  const signed = witnesses.filter(({ type }) => type === 'checkpoint')
  const found = await verifyExport(linesIn(file, '--file'), trusted, signed)
  if (found !== undefined) return found
  const reason = `${file} is no export of the audit`
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--file', reason })
}

async function keysIn(file: string): Promise<readonly JWK[]> {
  const read = (await readNamedJson(file, '--keys')) as { keys?: unknown } | null
  if (Array.isArray(read?.keys)) return read.keys
  const reason = `${file} has no list of keys, as GET /v1/signing-keys answers it`
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--keys', reason })
}

/** The signatures of an export, and its last line. */
async function signedIn(file: string): Promise<readonly ExportLine[]> {
  const kept: ExportLine[] = []
  for await (const line of linesIn(file, '--against')) {
    if (!/^\{"type":"(checkpoint|end)"/.test(line)) continue
    kept.push(...[lineOf(line)].filter((one) => one !== undefined))
  }
  return kept
}

async function* linesIn(file: string, name: string): AsyncGenerator<string> {
  const bytes = (await openNamedFile(file, name)).createReadStream()
  const unzipped = file.endsWith('.gz') ? createGunzip() : undefined
  // What is cut off shows in the lines: the last one is not there.
  const piped = unzipped && pipeline(bytes, unzipped).catch(() => undefined)
  yield* createInterface({ input: unzipped ?? bytes })
  await piped
}

const faults: Readonly<Record<ChainFault['kind'], Localized>> = {
  'number missing': { en: 'entry {number} is missing', 'zh-CN': '缺少第 {number} 条' },
  'out of order': { en: 'entry {number} is out of order', 'zh-CN': '第 {number} 条顺序错误' },
  'entry missing': { en: 'entry {number} was deleted', 'zh-CN': '第 {number} 条已被删除' },
  'entry changed': { en: 'entry {number} was changed', 'zh-CN': '第 {number} 条被修改' },
  'entry of another chain': {
    en: "entry {number} is another chain's",
    'zh-CN': '第 {number} 条属于其他链',
  },
  'entry outside the chain': {
    en: 'before {number} an entry was put past the chain',
    'zh-CN': '第 {number} 条之前有绕过链写入的记录',
  },
  'tail missing': {
    en: 'the end is cut off from {number} on',
    'zh-CN': '从第 {number} 条起的末尾被截断',
  },
  'checkpoint differs': {
    en: 'entry {number} is not what was signed',
    'zh-CN': '第 {number} 条与签名不符',
  },
  'checkpoint not signed': {
    en: 'the signature at {number} is not by the host',
    'zh-CN': '第 {number} 条处的签名不是主机所签',
  },
  'tombstone not signed': {
    en: 'the removal up to {number} is not signed by the host',
    'zh-CN': '截至第 {number} 条的清理未经主机签名',
  },
}

function linesOf(found: Found): string[] {
  const { chain, ok, checked, checkpoints, fault, signedUpTo, clockSetBackAt, isCut } = found
  const wrong = fault === undefined ? [] : [say(faults[fault.kind], { number: fault.number })]
  const cut =
    isCut === true ? [say({ en: 'the export is cut off', 'zh-CN': '导出文件不完整' })] : []
  const state = ok ? say({ en: 'verified', 'zh-CN': '校验通过' }) : [...wrong, ...cut].join(', ')
  const summary = {
    en: '{chain}: {state}; {checked} entries, {checkpoints} signatures',
    'zh-CN': '{chain}：{state}；{checked} 条记录，{checkpoints} 个签名',
  }
  const lines = [say(summary, { chain, state, checked, checkpoints })]
  if (signedUpTo !== undefined) {
    lines.push(
      say(
        { en: 'signed up to {signedUpTo}', 'zh-CN': '已签名至第 {signedUpTo} 条' },
        { signedUpTo },
      ),
    )
  }
  if (clockSetBackAt !== undefined) {
    const clock = {
      en: 'the clock was set back before {number}',
      'zh-CN': '第 {number} 条之前时钟被回拨',
    }
    lines.push(say(clock, { number: clockSetBackAt }))
  }
  if (found.trustedItself === true) {
    const own = {
      en: 'by the keys in the export itself: compare {keys} with GET /v1/signing-keys, or give --keys',
      'zh-CN': '使用导出文件自带的公钥：请与 GET /v1/signing-keys 比对 {keys}，或使用 --keys',
    }
    lines.push(say(own, { keys: found.keyIds?.join(', ') ?? '' }))
  }
  return lines
}

const exportCommand = defineCommand({
  meta: {
    name: 'export',
    description: say({
      en: 'Write the audit with its signatures to a file, to be verified anywhere',
      'zh-CN': '导出审计及其签名，可在任何地方校验',
    }),
  },
  args: {
    tenant,
    after: text('Begin behind this number', '从该编号之后开始'),
    limit: text('At most so many entries', '最多条数'),
    out: { ...text('The file', '输出文件'), required: true },
    gz: { type: 'boolean', description: say({ en: 'Compressed', 'zh-CN': '压缩' }) },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const query = queryOf(args, ['tenant', 'after', 'limit', 'gz'])
    const stream = await client.stream(`/v1/audit:export${query}`)
    const file = await open(args.out, 'wx', 0o600)
    await pipeline(Readable.fromWeb(stream as never), file.createWriteStream())
    const done = { en: 'The audit is in {out}.', 'zh-CN': '审计已导出到 {out}。' }
    print(args.json, { out: args.out }, [say(done, { out: args.out })])
  },
})

function queryOf(values: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  const query = new URLSearchParams()
  for (const name of names) {
    const value = values[name]
    if (value !== undefined) query.set(name, String(value))
  }
  return query.size === 0 ? '' : `?${query}`
}

export const auditCommand = defineCommand({
  meta: {
    name: 'audit',
    description: say({
      en: 'Who did what, and whether that still stands',
      'zh-CN': '审计记录及其校验',
    }),
  },
  subCommands: { list: listCommand, verify: verifyCommand, export: exportCommand },
})
