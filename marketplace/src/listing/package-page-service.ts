import { createHash } from 'node:crypto'
import type { Language } from '@signalbox/sdk/errors'
import semver from 'semver'
import { affects } from '../advisories/advisory.ts'
import { findForPackages } from '../advisories/advisory-store.ts'
import { marketplaceErrors } from '../errors.ts'
import { changesBetween } from './changelog.ts'
import type { KeptKind } from './kept-files.ts'
import type { ListingPorts } from './listing-ports.ts'
import type { MarkdownRenderer } from './markdown/markdown-renderer.ts'
import { listFiles, type StoredFile } from './package-file-store.ts'
import {
  advisoryLine,
  compatibilityOf,
  pathsOf,
  textFile,
  versionFacts,
  versionLine,
} from './package-page.ts'
import {
  findPublisher,
  findVersion,
  listVersionLines,
  shownVersionOf,
  type VersionRow,
} from './package-page-store.ts'
import { countStars } from './ratings/rating-store.ts'
import { ratingSummary } from './ratings/rating-summary.ts'
import { shownRunning } from './running.ts'

interface Of {
  readonly name: string
  readonly version: string
}

export interface Reader {
  readonly language: Language
  /** False: he is told nothing of what is installed on the host. */
  readonly knowsHost: boolean
}

/** What a reader sees of a package; everything is read as it is now. */
export class PackagePageService {
  readonly #ports: ListingPorts
  readonly #markdown: MarkdownRenderer

  constructor(ports: ListingPorts, markdown: MarkdownRenderer) {
    this.#ports = ports
    this.#markdown = markdown
  }

  async package(name: string, reader: Reader) {
    const { knex, hostVersion, running, installed } = this.#ports
    const shown = await shownVersionOf(knex, name)
    const lines = await listVersionLines(knex, name)
    const version = shown ?? lines[0]?.version
    if (version === undefined) throw missing(name)
    const [here, inUse, latest, advisories] = await Promise.all([
      reader.knowsHost ? installed(name) : undefined,
      running(name),
      this.version({ name, version }, reader),
      findForPackages(knex, [name]),
    ])
    return {
      name,
      latest,
      advisories: advisories.map(advisoryLine),
      rating: ratingSummary(await countStars(knex, name, this.#ports.now())),
      versions: lines.map((line) => ({
        ...versionLine(line, hostVersion, here, advisories),
        running: inUse.filter((one) => one.version === line.version).map(shownRunning)[0] ?? null,
      })),
    }
  }

  async version(of: Of, { language, knowsHost }: Reader) {
    const row = await this.#row(of)
    const { knex, hostVersion, refusals } = this.#ports
    const { version, manifest, account: publisher, fingerprint } = row
    const offered = { plugin: of.name, version, manifest, publisher, fingerprint }
    const [files, against, advisories] = await Promise.all([
      listFiles(knex, of),
      refusals(offered, knowsHost),
      findForPackages(knex, [of.name]),
    ])
    return {
      name: of.name,
      ...versionFacts(row, files, filesUrlOf(of)),
      compatibility: compatibilityOf(manifest, hostVersion, against, language),
      advisories: advisories.filter((one) => affects(one, [version])).map(advisoryLine),
      readmeHtml: await this.#readme(of, row, files, language),
      changelogHtml: await this.#textOf(of, files, 'changelog', language),
    }
  }

  /** @returns a kept text as HTML, or a kept picture's bytes */
  async file(of: Of, path: string): Promise<{ file: StoredFile; bytes: Buffer }> {
    await this.#row(of)
    const files = await listFiles(this.#ports.knex, of)
    const file = files.find((one) => one.path === path)
    const bytes = file === undefined ? undefined : await this.#ports.contents.get(file.sha256)
    if (file === undefined || bytes === undefined) throw missing(`${of.name}@${of.version}/${path}`)
    return { file, bytes }
  }

  /** A kept text as HTML. */
  async text(of: Of, path: string) {
    const { file, bytes } = await this.file(of, path)
    if (file.kind === 'picture') throw missing(`${of.name}@${of.version}/${path}`)
    const files = await listFiles(this.#ports.knex, of)
    return { path, kind: file.kind, html: await this.#render(of, files, path, readable(bytes)) }
  }

  /** What the newer version's CHANGELOG says of what came after the older one. */
  async changes(name: string, from: string, to: string, language: string) {
    const [older, newer] = semver.gt(from, to) ? [to, from] : [from, to]
    const of = { name, version: newer }
    await this.#row(of)
    const files = await listFiles(this.#ports.knex, of)
    const file = textFile(files, 'changelog', language)
    const bytes = file === undefined ? undefined : await this.#ports.contents.get(file.sha256)
    const text = bytes === undefined ? undefined : changesBetween(readable(bytes), older, newer)
    const html = text === undefined ? null : await this.#render(of, files, file?.path ?? '', text)
    return { name, from: older, to: newer, html }
  }

  async publisher(name: string) {
    const found = await findPublisher(this.#ports.knex, name)
    if (found === undefined)
      throw marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher: name })
    return found
  }

  async #row(of: Of): Promise<VersionRow> {
    const row = await findVersion(this.#ports.knex, of)
    if (row === undefined) throw missing(`${of.name}@${of.version}`)
    return row
  }

  /** Of versions that were published before files were kept, what the packument has of it. */
  async #readme(of: Of, row: VersionRow, files: readonly StoredFile[], language: string) {
    const html = await this.#textOf(of, files, 'readme', language)
    if (html !== null || row.readme === null) return html
    return this.#render(of, files, 'README.md', row.readme)
  }

  async #textOf(of: Of, files: readonly StoredFile[], kind: KeptKind, language: string) {
    const file = textFile(files, kind, language)
    const bytes = file === undefined ? undefined : await this.#ports.contents.get(file.sha256)
    if (file === undefined || bytes === undefined) return null
    return this.#render(of, files, file.path, readable(bytes))
  }

  #render(of: Of, files: readonly StoredFile[], path: string, text: string): Promise<string> {
    const hash = createHash('sha256').update(text).digest('hex')
    return this.#markdown.render(`${of.name}@${of.version} ${path} ${hash}`, text, {
      path,
      pictures: new Set(pathsOf(files, 'picture')),
      texts: new Set(files.filter(({ kind }) => kind !== 'picture').map((file) => file.path)),
      filesUrl: filesUrlOf(of),
    })
  }
}

function readable(bytes: Buffer): string {
  return bytes.toString('utf8').toWellFormed()
}

function filesUrlOf({ name, version }: Of): string {
  const of = `/v1/marketplace/packages/${encodeURIComponent(name)}`
  return `${of}/versions/${encodeURIComponent(version)}/files/`
}

function missing(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
