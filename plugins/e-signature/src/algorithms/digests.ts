import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { sm3 } from './sm3.ts'

/** Digests by the names that the host's keys know, and SHA-1, which is read to be called weak. */
export const digestNames = ['sha1', 'sha256', 'sha384', 'sha512', 'sm3'] as const
export type DigestName = (typeof digestNames)[number]

const functions: Readonly<Record<DigestName, (bytes: Uint8Array) => Uint8Array>> = {
  sha1,
  sha256,
  sha384,
  sha512,
  sm3,
}

/** In the isolate itself: for attributes and certificates; a document is hashed by `crypto.subtle`. */
export function digest(name: DigestName, bytes: Uint8Array): Uint8Array {
  return functions[name](bytes)
}

export const digestBytes: Readonly<Record<DigestName, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  sm3: 32,
}

/** FIPS 180-4 by RFC 5754; SM3 by GM/T 0006. */
const oids: Readonly<Record<DigestName, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  sm3: '1.2.156.10197.1.401',
}

export function digestOid(name: DigestName): string {
  return oids[name]
}

export function digestOfOid(oid: string): DigestName | undefined {
  return digestNames.find((name) => oids[name] === oid)
}
