/** A sentence for people, by language. */
export interface LocalText {
  readonly en: string
  readonly 'zh-CN': string
}
