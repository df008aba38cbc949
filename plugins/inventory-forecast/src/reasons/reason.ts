/** Why a figure is what it is: a code for programs, its figures, and the sentence for people in their language. */
export interface Reason {
  readonly code: string
  readonly text: { readonly en: string; readonly 'zh-CN': string }
  readonly values: Readonly<Record<string, number | string>>
}

/** Six digits tell people enough; written out without locale, so that it reads the same everywhere. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(6)))
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`
}
