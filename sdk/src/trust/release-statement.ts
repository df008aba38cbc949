import type { KeyObject } from 'node:crypto'
import type { Localized } from '../errors/coded-error.ts'
import { isInstant } from './instant.ts'
import type { PackageSignature } from './package-signature.ts'
import { isAbout, packageSubject } from './package-subject.ts'
import type { SignedVersion } from './registry-signature.ts'
import { isReview, type ReleaseReview, verifyReview } from './release-review.ts'
import { type KeyChoice, openStatement, signStatement } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

/**
 * What the registry says of a version beside npm's signature, which covers name, version and bytes only: who published
 * it, when it saw it, and by which key its author had signed.
 */
export interface Release extends SignedVersion {
  readonly publisher: string
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
  /** The marketplace's own name for itself, as installed versions carry it. */
  readonly marketplace: string
  /** The author's key as the registry knew it; null: the package is not signed. */
  readonly author: { readonly keyid: string; readonly publicKey: string } | null
  /** Who approved it; null or absent: nobody was asked. */
  readonly review?: ReleaseReview | null
}

/**
 * Why the files of a package are not what its release says of its author; undefined: they are.
 * @param signature as it was found in the package, by that author's key
 */
export function authorFault(
  { author }: Pick<Release, 'author'>,
  signature: PackageSignature | null | undefined,
): Localized | undefined {
  if (author === null || signature) return undefined
  return {
    en: 'its marketplace says that its author signed it, and he did not',
    'zh-CN': '应用市场声明作者已签名，但软件包中没有签名',
  }
}

interface ReleasePredicate {
  readonly publisher: string
  readonly publishedAt: string
  readonly marketplace: string
  readonly author: Release['author']
  readonly review?: Release['review']
}

export function signRelease(release: Release, privateKey: KeyObject): string {
  const { publisher, marketplace, author } = release
  const predicate: ReleasePredicate = {
    publisher,
    publishedAt: new Date(release.publishedAt).toISOString(),
    marketplace,
    author,
    review: release.review ?? null,
  }
  return signStatement('release', { subject: [packageSubject(release)], predicate }, privateKey)
}

/** @param version what the statement must be about */
export function verifyRelease(
  text: string,
  version: SignedVersion,
  keys: KeyChoice,
): Verdict<{ readonly release: Release; readonly keyid: string }> {
  const opened = openStatement<ReleasePredicate>(text, 'release', keys)
  if (!opened.ok) return opened
  const { subject, predicate, keyid } = opened.statement
  if (!isAbout(subject, version)) {
    return refused('is about another version or other bytes', '声明的是其他版本或其他内容')
  }
  const { publisher, publishedAt, marketplace, author, review = null } = predicate
  const isWhole =
    typeof publisher === 'string' && typeof marketplace === 'string' && isInstant(publishedAt)
  if (
    !isWhole ||
    !(author === null || isAuthor(author)) ||
    !(review === null || isReview(review))
  ) {
    return refused('does not say all that a release says', '缺少发布声明应有的内容')
  }
  const { name, version: number, integrity } = version
  const release = {
    ...{ name, version: number, integrity, publisher, marketplace, author, review },
    publishedAt: Date.parse(publishedAt),
  }
  const reviewed = review === null ? undefined : verifyReview(review, release, keys)
  return reviewed?.ok === false ? reviewed : { ok: true, release, keyid }
}

function isAuthor(value: unknown): value is NonNullable<Release['author']> {
  const { keyid, publicKey } = (value ?? {}) as Record<string, unknown>
  return typeof keyid === 'string' && typeof publicKey === 'string'
}
