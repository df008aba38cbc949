import { type Approval, reviewTerms, signApproval } from '@signalbox/sdk/trust/approval-statement'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import type { HostClient } from './host-client.ts'
import { readNamedFile } from './named-file.ts'
import { readSigningKey } from './signing-key-file.ts'

interface Reviewed {
  readonly name: string
  readonly version: string
  readonly grounds: readonly string[]
  readonly needed: number
  readonly dist: { readonly integrity: string }
}

/**
 * What a reviewer says of a version, by the reviewer's own key.
 * @param path of the review
 * @param decided an approval, or a rejection with its reason
 * @param tarball the file that was looked at; undefined: the bytes that the registry says it has are signed
 */
export async function signedDecision(
  client: HostClient,
  path: string,
  decided: Pick<Approval, 'decision' | 'reason'>,
  key: string | undefined,
  tarball: string | undefined,
): Promise<string> {
  const privateKey = await readSigningKey(key)
  const { name, version, dist, ...review } = await client.request<Reviewed>('GET', path)
  const { username: reviewer } = await client.request<{ username: string }>('GET', '/npm/-/whoami')
  const integrity =
    tarball === undefined ? dist.integrity : integrityOf(await readNamedFile(tarball, '--tarball'))
  const policy = reviewTerms(review)
  const said = { name, version, integrity, reviewer, policy }
  return signApproval({ ...said, ...decided, decidedAt: Date.now() }, privateKey)
}
