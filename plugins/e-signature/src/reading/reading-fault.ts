/** The file cannot be read in the one way on which all readers would agree: it is refused, never guessed. */
export class ReadingFault extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'ReadingFault'
    this.code = code
  }
}
