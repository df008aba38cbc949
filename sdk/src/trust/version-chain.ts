import type { KeyObject } from 'node:crypto'
import {
  isVersionSigned,
  type RegistrySignature,
  type SignedVersion,
} from './registry-signature.ts'
import { type Release, verifyRelease } from './release-statement.ts'
import { refused, type Verdict } from './verdict.ts'

export interface RegistryWord {
  readonly signature: RegistrySignature
  /** The release statement. */
  readonly release: string
}

/**
 * Whether a marketplace vouches for these very bytes: by npm's signature, and by its own statement of who published
 * them. @param find keys of the marketplace that are trusted
 */
export function verifyVersion(
  version: SignedVersion,
  { signature, release }: RegistryWord,
  find: (keyid: string) => KeyObject | undefined,
): Verdict<{ readonly release: Release }> {
  const key = find(signature.keyid)
  if (key === undefined) {
    const { keyid } = signature
    return refused(
      `is signed by the registry key ${keyid}, which is not trusted here`,
      `由注册表密钥 ${keyid} 签名，该密钥在此不受信任`,
    )
  }
  if (!isVersionSigned(version, signature.sig, key)) {
    return refused(
      "is not what the registry's signature is of: its bytes, its name or its version are others",
      '与注册表签名不符：内容、名称或版本不同',
    )
  }
  const said = verifyRelease(release, version, { kind: 'p256', find })
  if (!said.ok) {
    const { en, 'zh-CN': zh } = said.reason
    return refused(`has a release statement that ${en}`, `发布声明有误：${zh}`)
  }
  return { ok: true, release: said.release }
}
