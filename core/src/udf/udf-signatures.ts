import type { UdfSignature } from '@signalbox/sdk'
import type { ProvidedUdf } from './udf-target.ts'

/** A few hundred bytes each: as many as some dozens of plugins have. */
const MAX_SIGNATURES = 2000

/** What functions say of themselves, by bundle: it stands in the code, so that it is asked once. */
export class UdfSignatures {
  readonly #known = new Map<string, UdfSignature | null>()

  /** @returns undefined when the function was not asked yet, null when it says nothing. */
  get(of: ProvidedUdf): UdfSignature | null | undefined {
    return this.#known.get(keyOf(of))
  }

  set(of: ProvidedUdf, signature: UdfSignature | null): void {
    this.#known.set(keyOf(of), signature)
    if (this.#known.size <= MAX_SIGNATURES) return
    const oldest = this.#known.keys().next().value
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

function keyOf({ version, udf }: ProvidedUdf): string {
  return `${version.bundleSha256} ${udf}`
}
