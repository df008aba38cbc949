/** A document by its digests, and what a CMS signature says of it. */
interface CmsStatement {
  readonly usage: 'cms'
  /** Base64 of DER: the SET OF Attribute (RFC 5652 §5.3) with contentType, messageDigest and signingCertificateV2. */
  readonly signedAttributes: string
  /** Hexadecimal, of the document's bytes. */
  readonly documentSha256: string
  /** `sm3` with a key of SM2, `sha512` with one of Ed25519. */
  readonly digestAlgorithm: 'sha256' | 'sha384' | 'sha512' | 'sm3'
  /** Hexadecimal, of the same bytes by `digestAlgorithm`; not needed for `sha256`. */
  readonly digest?: string
  /** Of RSA: `pkcs1`, when absent. */
  readonly padding?: 'pkcs1' | 'pss'
  /** `pades`, when absent: then without signingTime. */
  readonly profile?: 'pades' | 'cms'
}

/** Whom a one-time key is certified for. */
export interface SignerSubject {
  /** 64 characters at most, as organization and serialNumber. */
  readonly commonName: string
  readonly organization?: string
  /** Letters, digits, spaces and `'()+,-./:=?`. */
  readonly serialNumber?: string
  /** ISO 3166, two capital letters. */
  readonly country?: string
  readonly email?: string
}

/** A key for one signature, made and certified by a CA key of the tenant. */
export interface CertificateRequest {
  readonly usage: 'certificate'
  readonly key: string
  /** Beside the common name only what the policy of the key allows. */
  readonly subject: SignerSubject
  /** How long the certificate is valid; the longest that the policy allows, when absent. */
  readonly ttlS?: number
}

export interface OneTimeKey {
  /** For `sign({ usage: 'cms', key, oneTimeKey, … })`, once. */
  readonly oneTimeKey: string
  /** Of the new key; `sm2` signs by SM3, `ed25519` by SHA-512. */
  readonly algorithm: 'ec-p256' | 'ec-p384' | 'ed25519' | 'sm2'
  /** The signer's certificate, DER in base64. */
  readonly certificate: string
  /** Of the CA key: its own certificate and its issuers', DER in base64. */
  readonly chain: readonly string[]
  /** RFC 3339. When the key is gone if it has not signed: fifteen minutes, at most. */
  readonly expiresAt: string
  /** RFC 3339. When the certificate ends. */
  readonly notAfter: string
  /** Of the CA key. */
  readonly keyVersion: number
}

/** What a key signs. The host reads or builds it; a digest alone is never signed. */
export type SignRequest = { readonly key: string } & (
  | (CmsStatement & {
      /**
       * Of which the document is put together where no blob of the plugin is the document itself, as of a PDF what is around its
       * signature: parts of its blobs, and bytes in base64, in the order of `ctx.blobs.digest`.
       */
      readonly documentParts?: readonly (
        | { readonly sha256: string; readonly offset?: number; readonly length?: number }
        | { readonly data: string }
      )[]
      /** The key that `key` certified, which signs in its place, and is gone then. */
      readonly oneTimeKey?: string
    })
  | {
      readonly usage: 'jwt'
      /** Without `iss`, `iat` and `exp`, which the host sets; `jti` is drawn when absent. 4 KiB as JSON. */
      readonly claims: Readonly<Record<string, unknown>>
      /** The longest that the key's policy allows, when absent. */
      readonly expiresInS?: number
    }
  | {
      readonly usage: 'webhook'
      /** The message, the same for every attempt: letters, digits, `_` and `-`. */
      readonly id: string
      /** The body that goes out, at most 200,000 characters. */
      readonly payload: string
    }
)

export interface Signed {
  /** Base64. Of ECDSA and SM2 for CMS: DER of r and s. */
  readonly signature: string
  /** Such as `rsa-pss-sha256`, `sm2-sm3`, `ES256` or `v1`. */
  readonly algorithm: string
  readonly keyVersion: number
  /** Of `cms`: the signer's certificate, DER in base64. */
  readonly certificate?: string
  /** Of `jwt`: the whole token. */
  readonly token?: string
  /** Of `webhook`: seconds since the epoch, for `webhook-timestamp`. */
  readonly timestamp?: number
  /** Of `webhook`: for `webhook-signature`. */
  readonly header?: string
}

/** Whose signature it should be, by exactly one of the three. */
interface Signer {
  /** A key of the tenant. */
  readonly key?: string
  /** SubjectPublicKeyInfo, PEM; not for `cms`. */
  readonly publicKey?: string
  /** PEM. Who issued it is not judged. */
  readonly certificate?: string
}

export type VerifyRequest = Signer &
  (
    | (CmsStatement & { readonly signature: string })
    | {
        readonly usage: 'jwt'
        readonly token: string
        readonly audience?: string
        readonly issuer?: string
      }
    | {
        readonly usage: 'webhook'
        readonly id: string
        /** Seconds since the epoch. */
        readonly timestamp: number
        readonly payload: string
        /** The `webhook-signature` header. */
        readonly signatures: string
        /** How old it may be; 300, when absent. That an id comes once only is for the plugin to see to. */
        readonly toleranceS?: number
      }
  )

export type Verified =
  | {
      readonly valid: true
      readonly algorithm: string
      readonly keyVersion?: number
      readonly claims?: Readonly<Record<string, unknown>>
    }
  | {
      readonly valid: false
      /** `signature`, `attributes`, `claims`, `expired`, `malformed`, `timestamp` or `key-disabled`. */
      readonly reason: string
      readonly detail?: string
    }

export interface PublicKey {
  readonly key: string
  readonly algorithm: string
  readonly usages: readonly string[]
  readonly state: 'active' | 'disabled'
  /** Newest first, ten at most. */
  readonly versions: readonly {
    readonly version: number
    readonly createdAt: string
    /** Not of a shared secret. */
    readonly publicKeyPem?: string
    readonly jwk?: Readonly<Record<string, unknown>>
    /** PEM, the key's own first. */
    readonly certificates: readonly string[]
  }[]
}

/** The tenant's keys. Their private halves never reach a plugin. */
export interface Keys {
  /**
   * Needs a grant of `keys:sign` for the usage. Each signature stands in the audit before it is made.
   * @throws `CORE_SIGNED_CONTENT_REFUSED` where the host does not sign what was given; the message says why.
   * @throws `CORE_KEY_MISSING`, `CORE_KEY_USAGE_REFUSED`, `CORE_KEY_DISABLED`, `CORE_KEY_EXPIRED`,
   * `CORE_KEY_CERTIFICATE_MISSING` by what the admin made of the key; `CORE_KEY_SPENT` over its hourly bound.
   */
  sign(request: SignRequest): Promise<Signed>
  /**
   * Makes a key for one signature, and certifies a signer by a CA key. Needs a grant of `keys:sign` for `certificate`, which the
   * signature by it falls under too.
   * @throws as above, and `CORE_KEY_ONE_TIME_MISSING` of that signature, where the key has signed or is over.
   */
  sign(request: CertificateRequest): Promise<OneTimeKey>
  /** Needs a grant of `keys:verify`. A wrong signature is an answer, not an error. */
  verify(request: VerifyRequest): Promise<Verified>
  /** Needs a grant of `keys:verify`. @throws `CORE_KEY_MISSING` */
  publicKey(key: string): Promise<PublicKey>
}
