import type { CodedError } from '@signalbox/sdk/errors'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccountPorts, ContentStore } from '../ports.ts'
import type { VersionRunning } from './running.ts'

/** A version as a host judges whether it may be installed. */
export interface OfferedVersion {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  readonly publisher: string
  /** Which marketplace it comes from. */
  readonly fingerprint: string
}

/** What the host gives to the pages of packages. */
export interface ListingPorts extends AccountPorts {
  readonly contents: ContentStore
  /** Of this host: what packages are to run on. */
  readonly hostVersion: string
  /** How the versions of a package do here; those that nobody runs may be left out. */
  running(name: string): Promise<readonly VersionRunning[]>
  /**
   * Whether a caller may know what is installed on the host. Where his session goes on under another cookie, the answer
   * carries it.
   */
  knowsHost(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
  /**
   * Why the host would not take a version; none: nothing is against it.
   * @param knowsHost false: only what follows from the version, and nothing of what is installed or allowed on the host
   */
  refusals(of: OfferedVersion, knowsHost: boolean): Promise<readonly CodedError[]>
  /** Versions of a package that are installed on the host. */
  installed(name: string): Promise<readonly string[]>
}
