import { mkdir, opendir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExportedFile, ExportFile, pathPart, syncFolder } from './export-file.ts'

/** An export that is whole and on the disk. */
export interface Exported {
  /** Below the node's data folder. */
  readonly folder: string
  readonly files: number
  readonly rows: number
  readonly bytes: number
  /** Of its manifest.json, which has that of files.ndjson, which has those of all other files. */
  readonly sha256: string
}

export interface ExportedBlob {
  readonly tenant: string
  readonly sha256: string
  readonly size: number
  readonly type: string
}

/** What there is of a plugin, in pieces that fit into memory. */
export interface ExportSource<Blob extends ExportedBlob = ExportedBlob> {
  tables(): Promise<readonly string[]>
  /** In the order of tenants. */
  rows(table: string): AsyncIterable<readonly Row[]>
  blobs(): AsyncIterable<Blob>
  bytes(blob: Blob): AsyncIterable<Buffer>
}

interface Ports {
  /** The folder of all exports. */
  readonly root: string
  readonly now: () => Date
  /** Aborted: nobody wants it any more, or it has taken too long. */
  readonly signal: AbortSignal
  readonly log: { info(fields: object, message: string): void }
}

const DRAFT = '.draft-'
const PROGRESS_MS = 5000

/**
 * All rows and files of a plugin, of every tenant, as files that other programs read: a table is NDJSON, one file a
 * tenant. It appears under its name when it is whole and on the disk; a draft that a killed host left is begun anew.
 *
 *   <plugin>-<time>/manifest.json               what it is of, totals, and SHA-256 of the next
 *                   files.ndjson                a file a line, with bytes, rows and SHA-256
 *                   tables/<table>/<tenant>.ndjson
 *                   blobs/<tenant>/<sha256>
 */
export async function exportPlugin<Blob extends ExportedBlob>(
  { root, now, signal, log }: Ports,
  { plugin, versions }: { readonly plugin: string; readonly versions: readonly string[] },
  source: ExportSource<Blob>,
): Promise<Exported> {
  const at = now().toISOString()
  const name = `${pathPart(plugin.replace('/', '+'))}-${at.replaceAll(/[:.]/g, '-')}`
  await mkdir(root, { recursive: true, mode: 0o700 })
  const draft = join(root, `${DRAFT}${name}`)
  await mkdir(draft, { mode: 0o700 })
  const tell = progressOf(plugin, log, () => now().getTime())
  try {
    const { totals, list } = await listed(draft, allFiles(draft, source, signal), tell)
    const manifest = { export: 1, plugin, versions, at, ...totals, list }
    const written = await writeOne(draft, 'manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
    await syncFolders(draft)
    signal.throwIfAborted()
    await rename(draft, join(root, name))
    await syncFolder(root)
    return { folder: `exports/${name}`, ...totals, sha256: written.sha256 }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

/** What a host that was killed had begun. */
export async function removeDrafts(root: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    if (name.startsWith(DRAFT)) await rm(join(root, name), { recursive: true, force: true })
  }
}

type Totals = Pick<Exported, 'files' | 'rows' | 'bytes'>

/** Names each file as soon as it is there: a plugin may have more of them than fit into memory. */
async function listed(
  folder: string,
  files: AsyncIterable<ExportedFile>,
  tell: (totals: Totals) => void,
): Promise<{ totals: Totals; list: ExportedFile }> {
  const list = await ExportFile.create(folder, 'files.ndjson')
  let totals: Totals = { files: 0, rows: 0, bytes: 0 }
  try {
    for await (const file of files) {
      await list.write(Buffer.from(`${JSON.stringify(file)}\n`))
      const { bytes, rows = 0 } = file
      totals = {
        files: totals.files + 1,
        rows: totals.rows + rows,
        bytes: totals.bytes + bytes,
      }
      tell(totals)
    }
  } catch (error) {
    await list.abandon()
    throw error
  }
  return { totals, list: { ...(await list.close()), rows: totals.files } }
}

async function* allFiles<Blob extends ExportedBlob>(
  folder: string,
  source: ExportSource<Blob>,
  signal: AbortSignal,
): AsyncGenerator<ExportedFile> {
  yield* tableFiles(folder, source, signal)
  yield* blobFiles(folder, source, signal)
}

type Row = { readonly tenant: string; readonly json: string }
type Run = readonly [tenant: string, lines: readonly string[]]

async function* tableFiles(
  folder: string,
  source: Pick<ExportSource, 'tables' | 'rows'>,
  signal: AbortSignal,
): AsyncGenerator<ExportedFile> {
  for (const table of await source.tables()) {
    const place = `tables/${pathPart(table)}`
    yield* filesOfTenants(folder, place, runsOf(source.rows(table)), signal)
  }
}

/** A file for each tenant: theirs come one after the other. */
async function* filesOfTenants(
  folder: string,
  place: string,
  runs: AsyncIterable<Run>,
  signal: AbortSignal,
): AsyncGenerator<ExportedFile> {
  let open: { tenant: string; rows: number; file: ExportFile } | undefined
  try {
    for await (const [tenant, lines] of runs) {
      signal.throwIfAborted()
      if (open !== undefined && open.tenant !== tenant) {
        yield { ...(await open.file.close()), rows: open.rows }
        open = undefined
      }
      const path = `${place}/${pathPart(tenant)}.ndjson`
      open ??= { tenant, rows: 0, file: await ExportFile.create(folder, path) }
      await open.file.write(Buffer.from(lines.map((line) => `${line}\n`).join('')))
      open.rows += lines.length
    }
    if (open !== undefined) yield { ...(await open.file.close()), rows: open.rows }
    open = undefined
  } finally {
    await open?.file.abandon()
  }
}

/** Runs of rows of one tenant, in their order. */
async function* runsOf(pieces: AsyncIterable<readonly Row[]>): AsyncGenerator<Run> {
  for await (const piece of pieces) {
    const runs: [string, string[]][] = []
    for (const { tenant, json } of piece) {
      const last = runs.at(-1)
      if (last?.[0] === tenant) last[1].push(json)
      else runs.push([tenant, [json]])
    }
    yield* runs
  }
}

async function* blobFiles<Blob extends ExportedBlob>(
  folder: string,
  source: ExportSource<Blob>,
  signal: AbortSignal,
): AsyncGenerator<ExportedFile> {
  for await (const blob of source.blobs()) {
    const path = `blobs/${pathPart(blob.tenant)}/${blob.sha256}`
    const file = await ExportFile.create(folder, path)
    try {
      for await (const bytes of source.bytes(blob)) {
        signal.throwIfAborted()
        await file.write(bytes)
      }
    } catch (error) {
      await file.abandon()
      throw error
    }
    const written = await file.close()
    // What was read piece by piece is held to its name once more: it is the last there is of it.
    if (written.sha256 !== blob.sha256) throw new Error(`${path} is not what its name says`)
    yield written
  }
}

async function writeOne(folder: string, path: string, text: string): Promise<ExportedFile> {
  const file = await ExportFile.create(folder, path)
  await file.write(Buffer.from(text))
  return file.close()
}

async function syncFolders(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  }
  await syncFolder(folder)
}

/** Tells the log now and then how far it has come. */
function progressOf(plugin: string, log: Ports['log'], now: () => number) {
  let toldAt = now()
  return (totals: Totals) => {
    if (now() - toldAt < PROGRESS_MS) return
    toldAt = now()
    log.info({ plugin, ...totals }, 'a plugin is being exported')
  }
}
