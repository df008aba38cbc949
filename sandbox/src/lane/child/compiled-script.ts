import ivm from 'isolated-vm'

/** A source and, when there is one, the code that V8 made of it before: each isolate compiles from both. */
export class CompiledScript {
  readonly #source: string
  readonly #filename: string
  readonly #code: ivm.ExternalCopy<ArrayBuffer> | undefined
  /** V8 had no use for the code it was given. */
  isCodeRejected = false

  /** @param code is taken over: the caller must not use it again. */
  constructor(source: string, filename: string, code: ArrayBuffer | undefined) {
    this.#source = source
    this.#filename = filename
    if (code !== undefined) this.#code = new ivm.ExternalCopy(code, { transferOut: true })
  }

  compile(isolate: ivm.Isolate): ivm.Script {
    const filename = this.#filename
    const cachedData = this.#code
    if (cachedData === undefined) return isolate.compileScriptSync(this.#source, { filename })
    const script: ivm.Script & { cachedDataRejected?: boolean } = isolate.compileScriptSync(
      this.#source,
      { filename, cachedData },
    )
    this.isCodeRejected ||= script.cachedDataRejected === true
    return script
  }

  /**
   * What V8 knows of the script by now. Asked for after it has run, that includes the functions which were
   * compiled on the way: V8 finds the script it has in its own cache.
   */
  takeCode(isolate: ivm.Isolate): ArrayBuffer {
    const script: ivm.Script & ivm.CachedDataResult = isolate.compileScriptSync(this.#source, {
      filename: this.#filename,
      produceCachedData: true,
    })
    const code = script.cachedData?.copy({ transferIn: true })
    script.release()
    if (code === undefined) throw new Error('V8 gave no code')
    return code
  }
}
