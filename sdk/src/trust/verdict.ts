import type { Localized } from '../errors/coded-error.ts'

/** What a check of the chain came to: a fault is an expected outcome, so it is a value. */
export type Verdict<Found = object> =
  | ({ readonly ok: true } & Found)
  | { readonly ok: false; readonly reason: Localized }

export function refused(
  en: string,
  zh: string,
): { readonly ok: false; readonly reason: Localized } {
  return { ok: false, reason: { en, 'zh-CN': zh } }
}
