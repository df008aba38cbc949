import type { InputFault } from '@signalbox/sdk/errors'
import { marketplaceErrors } from '../errors.ts'
import { parseDistTag } from '../packages/dist-tag.ts'
import type { PackageName } from '../packages/package-name.ts'
import { parseVersion } from '../packages/package-name.ts'
import { isStorable } from './storable-json.ts'

/** A publish as far as it can be judged without opening the tarball. */
export interface PublishDocument {
  readonly name: PackageName
  readonly version: string
  readonly tag: string
  /** Present when the client claims to have seen the package at this revision. */
  readonly rev: string | undefined
  readonly tarball: Buffer
  readonly claimed: { readonly integrity: string; readonly shasum: string | undefined }
  readonly provenance: string | undefined
}

/** Decoded bytes of a tarball: the package cap of the marketplace. */
const MAX_TARBALL_BYTES = 20 * 1024 * 1024

/** A Sigstore bundle is a few kilobytes; this leaves room and keeps rows small. */
const MAX_PROVENANCE_LENGTH = 512 * 1024

/**
 * Reads the document of `PUT /<package>`. Who publishes, who maintains and what the package says of itself is
 * not read from it: the server knows the first two, the tarball holds the rest.
 */
export function readPublishDocument(name: PackageName, body: unknown): PublishDocument {
  const document = objectAt(body, '')
  if (document['name'] !== name.full) throw invalid('/name', `must be ${name.full}`)
  const [version, versionDocument] = onlyEntry(document['versions'], '/versions')
  parseVersion(version)
  const versionFields = objectAt(versionDocument, '/versions/*')
  const [tag, tagged] = onlyEntry(document['dist-tags'], '/dist-tags')
  if (tagged !== version) throw invalid('/dist-tags', `must point to ${version}`)
  return {
    name,
    version,
    tag: parseDistTag(tag),
    rev: optionalText(document['_rev'], '/_rev'),
    claimed: readClaims(versionFields),
    ...readAttachments(name, version, document['_attachments']),
  }
}

function readClaims(version: Readonly<Record<string, unknown>>): PublishDocument['claimed'] {
  const dist = objectAt(version['dist'], '/versions/*/dist')
  const integrity = optionalText(dist['integrity'], '/versions/*/dist/integrity')
  if (integrity === undefined) throw invalid('/versions/*/dist/integrity', 'is required: sha512-…')
  return { integrity, shasum: optionalText(dist['shasum'], '/versions/*/dist/shasum') }
}

function readAttachments(name: PackageName, version: string, given: unknown) {
  const tarballKey = `${name.full}-${version}.tgz`
  const provenanceKey = `${name.full}-${version}.sigstore`
  const attachments = objectAt(given, '/_attachments')
  const unexpected = Object.keys(attachments).some(
    (key) => key !== tarballKey && key !== provenanceKey,
  )
  if (unexpected || attachments[tarballKey] === undefined) {
    throw marketplaceErrors.create('ATTACHMENTS_WRONG', { expected: tarballKey })
  }
  return {
    tarball: readTarball(attachments[tarballKey]),
    provenance: readProvenance(attachments[provenanceKey]),
  }
}

function readTarball(given: unknown): Buffer {
  const attachment = objectAt(given, '/_attachments/*')
  const data = attachment['data']
  if (typeof data !== 'string') throw invalid('/_attachments/*/data', 'must be base64 text')
  const tarball = Buffer.from(data, 'base64')
  if (tarball.length === 0 || tarball.length > MAX_TARBALL_BYTES) {
    const most = `${MAX_TARBALL_BYTES / 1024 / 1024} MiB`
    throw invalid('/_attachments/*/data', `must hold between 1 byte and ${most}`)
  }
  // Node passes over what is no base64: nothing is to be in a document that nobody has looked at (RFC 4648 §3.3).
  if (data.length !== 4 * Math.ceil(tarball.length / 3)) {
    throw invalid('/_attachments/*/data', 'must be base64 text and nothing beside it')
  }
  if (attachment['length'] !== tarball.length) {
    throw invalid('/_attachments/*/length', `must be ${tarball.length}, the bytes that data holds`)
  }
  return tarball
}

function readProvenance(given: unknown): string | undefined {
  if (given === undefined) return undefined
  const data = objectAt(given, '/_attachments/*')['data']
  if (typeof data !== 'string' || data.length > MAX_PROVENANCE_LENGTH || !isStorable(data)) {
    throw invalid('/_attachments/*/data', 'must be a Sigstore bundle of at most 512 KiB')
  }
  return data
}

function onlyEntry(given: unknown, pointer: string): [string, unknown] {
  const [first, ...rest] = Object.entries(objectAt(given, pointer))
  if (first === undefined || rest.length > 0) throw invalid(pointer, 'must have exactly one entry')
  return first
}

function objectAt(value: unknown, pointer: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(pointer, 'must be an object')
  }
  return value as Readonly<Record<string, unknown>>
}

function optionalText(value: unknown, pointer: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw invalid(pointer, 'must be a string')
}

function invalid(pointer: string, detail: string): Error {
  const fault: InputFault = { pointer, detail }
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults: [fault] })
}
