/** A sentence for people, by language. */
export interface LocalText {
  readonly en: string
  readonly 'zh-CN': string
}

/** A name that somebody gave, at least in English. */
export interface GivenText {
  readonly en: string
  readonly 'zh-CN'?: string
}

/** Why something is as it is: a code for programs, and both texts for people. */
export interface Reason {
  readonly code: string
  readonly text: LocalText
}
