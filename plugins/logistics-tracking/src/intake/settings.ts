export interface IntakeSettings {
  readonly intake?: {
    /** Of senders whose signature this host cannot check: keep them for a person, or take them at their secret address. */
    readonly unsigned?: 'keep' | 'take'
    /** For times without an offset, by pack. */
    readonly offsets?: Readonly<Record<string, string>>
    /** The salt that kuaidi100 was given with the subscription. */
    readonly kuaidi100Salt?: string
    /** Days that bodies are kept. */
    readonly keepDays?: number
  }
}
