/** A file in an archive. */
export interface ArchivedFile {
  readonly name: string
  readonly bytes: Buffer
}

const BLOCK = 512

/** Names that an archive of ours has: nothing of them leads anywhere when it is unpacked by hand. */
const NAME = /^[a-z0-9][a-z0-9/.-]{0,90}$/

/** A tar of regular files (POSIX.1-1988 ustar), the same for the same files: no owner, no time. */
export function writeUstar(files: readonly ArchivedFile[]): Buffer {
  const blocks = files.flatMap(({ name, bytes }) => {
    if (!NAME.test(name)) throw new TypeError(`${name} is no name of an archived file`)
    return [header(name, bytes.length), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

/**
 * Reads what `writeUstar` writes and nothing else: no links, no folders, no extended headers, no name twice. Nothing is
 * unpacked to a disk and nothing grows: each file is a part of the bytes given.
 * @returns undefined where the bytes are no such archive
 */
export function readUstar(bytes: Buffer, maxFiles: number): readonly ArchivedFile[] | undefined {
  const files = new Map<string, Buffer>()
  let at = 0
  for (; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const block = bytes.subarray(at, at + BLOCK)
    const name = block.toString('latin1', 0, 100).replace(/\0+$/, '')
    const octal = /^[0-7]{11}\0$/.exec(block.toString('latin1', 124, 136))
    const size = octal === null ? -1 : Number.parseInt(octal[0], 8)
    const end = at + BLOCK + size
    // The header is made again rather than looked at field by field: whatever else it could say is refused.
    const isOurs = NAME.test(name) && size >= 0 && block.equals(header(name, size))
    if (!isOurs || end > bytes.length || files.has(name) || files.size >= maxFiles) return undefined
    files.set(name, bytes.subarray(at + BLOCK, end))
    at = end + (-size & (BLOCK - 1))
  }
  const isEnded = bytes.length - at === 2 * BLOCK && bytes.subarray(at).every((byte) => byte === 0)
  return isEnded ? [...files].map(([name, content]) => ({ name, bytes: content })) : undefined
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, width: number) => value.toString(8).padStart(width, '0')
  block.write(name, 0, 100, 'latin1')
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${octal(size, 11)}\0`, 124)
  block.write(`${octal(0, 11)}\0`, 136)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}
