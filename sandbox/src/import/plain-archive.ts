const BLOCK = 512

/** Of one extended header: a path of 200 bytes and some attributes. */
const MAX_EXTENDED_BYTES = 16 * 1024

/** Letters of POSIX.1-2017 pax, ustar interchange format; the zero byte is what tars from before it wrote for a file. */
const FILE = new Set(['0', '\0'])
const FOLDER = '5'
const EXTENDED = 'x'
const GLOBAL = 'g'

/** Characters of a name's first part: programs that look for times behind it read no more. */
const MAX_PREFIX = 130

/** What an extended header may say of an entry. */
const attributes =
  /^(path|size|mtime|atime|ctime|uid|gid|uname|gname|comment)$|^(SCHILY|LIBARCHIVE)\./
/** What one may say of all that follow: nothing that changes what they are. git writes its commit there. */
const globalAttributes = /^comment$/

/**
 * Follows the blocks of an archive beside the parser that unpacks it, and knows only what npm, pnpm and yarn make.
 * Programs disagree on all the rest (two sizes of one file, names of GNU, what stands after the end), so that one would
 * unpack files that another, which had looked for secrets or signed them, has not seen.
 */
export class PlainArchive {
  /** What is not plain, and came first. */
  #fault: string | undefined
  readonly #partial = Buffer.alloc(BLOCK)
  #filled = 0
  /** Bytes of the present body that are still to come, filled up to whole blocks. */
  #remaining = 0
  #zeroBlocks = 0
  #extended: { readonly type: string; readonly size: number; readonly parts: Buffer[] } | undefined
  /** Of the entry that has to come next. */
  #attributes: ReadonlyMap<string, string> | undefined

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && this.#fault === undefined) {
      if (this.#filled === 0 && this.#extended === undefined && this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at)
        const whole = skipped - (skipped % BLOCK)
        this.#remaining -= whole
        at += whole
        if (whole > 0) continue
      }
      const taken = Math.min(BLOCK - this.#filled, chunk.length - at)
      chunk.copy(this.#partial, this.#filled, at, at + taken)
      this.#filled += taken
      at += taken
      if (this.#filled < BLOCK) return
      this.#filled = 0
      this.#block(this.#partial)
    }
  }

  /** @returns why other programs may read something else in it, after its last byte */
  end(): string | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (this.#attributes !== undefined) return 'an extended header is of no entry'
    const isEnded = this.#zeroBlocks >= 2 && this.#filled === 0
    return isEnded ? undefined : 'it has no end: two blocks of zeros'
  }

  #block(block: Buffer): void {
    if (this.#remaining > 0) this.#body(block)
    else if (block.every((byte) => byte === 0)) this.#zeroBlocks += 1
    else if (this.#zeroBlocks > 0) this.#fault = 'it goes on after its end'
    else this.#header(block)
  }

  #body(block: Buffer): void {
    this.#remaining -= BLOCK
    const extended = this.#extended
    if (extended === undefined) return
    extended.parts.push(Buffer.from(block))
    if (this.#remaining > 0) return
    this.#extended = undefined
    this.#readExtended(extended.type, Buffer.concat(extended.parts).subarray(0, extended.size))
  }

  #header(block: Buffer): void {
    const type = block.toString('latin1', 156, 157)
    const size = octal(block.toString('latin1', 124, 136))
    if (size === undefined) this.#fault = 'a size is not written in octal digits'
    else if (type === EXTENDED || type === GLOBAL) this.#beginExtended(type, size)
    else if (textOf(block, 345, 500).length > MAX_PREFIX) this.#fault = 'a name has a long prefix'
    else if (FILE.has(type) || type === FOLDER) this.#entry(type, textOf(block, 0, 100), size)
    else this.#fault = `it has an entry of type ${JSON.stringify(type)}`
  }

  #entry(type: string, name: string, size: number): void {
    const said = this.#attributes
    this.#attributes = undefined
    const path = said?.get('path') ?? name
    const isFolder = type === FOLDER || path.endsWith('/') || name.endsWith('/')
    if (isFolder && size > 0) this.#fault = 'a folder has a size'
    else if (said?.has('size') === true && said.get('size') !== String(size)) {
      this.#fault = 'an entry has two sizes'
    } else this.#remaining = Math.ceil(size / BLOCK) * BLOCK
  }

  #beginExtended(type: string, size: number): void {
    if (this.#attributes !== undefined) this.#fault = 'an extended header follows another'
    else if (size === 0 || size > MAX_EXTENDED_BYTES) {
      this.#fault = `an extended header has ${size} bytes`
    } else {
      this.#extended = { type, size, parts: [] }
      this.#remaining = Math.ceil(size / BLOCK) * BLOCK
    }
  }

  #readExtended(type: string, body: Buffer): void {
    const read = recordsOf(body)
    if (read === undefined) {
      this.#fault = 'an extended header cannot be read'
      return
    }
    const allowed = type === GLOBAL ? globalAttributes : attributes
    const odd = [...read.keys()].find((key) => !allowed.test(key))
    if (odd !== undefined) {
      this.#fault = `an extended header says ${JSON.stringify(odd.slice(0, 40))}`
    } else if (type === EXTENDED) this.#attributes = read
  }
}

/** `undefined`: it is no number, or one of the forms that only some programs read. */
function octal(field: string): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function textOf(block: Buffer, from: number, to: number): string {
  return block.toString('latin1', from, to).replace(/\0.*$/s, '')
}

/** "%d %s=%s\n", the number being the bytes of all of it; undefined: some are not that, or there twice. */
function recordsOf(body: Buffer): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length; ) {
    const [digits] = /^[1-9][0-9]{0,5}(?= )/.exec(body.toString('latin1', at, at + 7)) ?? []
    if (digits === undefined) return undefined
    const next = at + Number(digits)
    if (next > body.length || body[next - 1] !== 0x0a) return undefined
    const [, key, value] =
      /^([^=]+)=([^\0\n]*)$/.exec(body.toString('utf8', at + digits.length + 1, next - 1)) ?? []
    if (key === undefined || value === undefined || records.has(key)) return undefined
    records.set(key, value)
    at = next
  }
  return records
}
