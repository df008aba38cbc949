import type { InputFault } from '@signalbox/sdk/errors'
import secureJsonParse from 'secure-json-parse'

/** Collects what is wrong with a package, so that an author sees all of it at once. */
export class PackageFaults {
  readonly #faults: InputFault[] = []

  get all(): readonly InputFault[] {
    return this.#faults
  }

  add(at: string, pointer: string, detail: string): void {
    this.#faults.push({ pointer, detail, at })
  }
}

/** The files of a package as text and JSON; what cannot be read as that is a fault, not an exception. */
export class PackageFiles {
  readonly #files: ReadonlyMap<string, Buffer>
  readonly #faults: PackageFaults

  constructor(files: ReadonlyMap<string, Buffer>, faults: PackageFaults) {
    this.#files = files
    this.#faults = faults
  }

  /** Names of the files directly in a folder. */
  namesIn(folder: string): string[] {
    const prefix = `${folder.replace(/\/+$/, '')}/`
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
  }

  /** @param pointer where the file is named, in package.json. */
  bytes(path: string, pointer: string): Buffer | undefined {
    const bytes = this.#files.get(path)
    if (bytes === undefined) {
      this.#faults.add('package.json', pointer, `names ${path}, which is not in the package`)
    }
    return bytes
  }

  text(path: string, pointer: string): string | undefined {
    const bytes = this.bytes(path, pointer)
    if (bytes === undefined) return undefined
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      this.#faults.add(path, '', 'is not UTF-8 text')
      return undefined
    }
  }

  json(path: string, pointer: string): { readonly value: unknown } | undefined {
    const text = this.text(path, pointer)
    if (text === undefined) return undefined
    try {
      // Refuses __proto__ and constructor.prototype: other programs than ours read these files too.
      return { value: secureJsonParse.parse(text) as unknown }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#faults.add(path, '', `is not usable JSON: ${reason}`)
      return undefined
    }
  }
}
