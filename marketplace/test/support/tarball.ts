import { gunzipSync, gzipSync } from 'node:zlib'

const BLOCK = 512

/** An npm tarball made by hand, so that tests can make ones that npm would not. */
export function tarballOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content)
    return [
      header(`package/${path}`, bytes.length),
      bytes,
      Buffer.alloc(-bytes.length & (BLOCK - 1)),
    ]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]))
}

/** The regular files of a well-formed tarball, by their path inside the package. */
export function filesOf(tarball: Buffer): ReadonlyMap<string, Buffer> {
  const tar = gunzipSync(tarball)
  const files = new Map<string, Buffer>()
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const field = (from: number, to: number) =>
      tar
        .toString('utf8', at + from, at + to)
        .replace(/\0.*$/s, '')
        .trim()
    const size = Number.parseInt(field(124, 136), 8)
    const start = at + BLOCK
    if (field(156, 157) === '0') {
      files.set(field(0, 100).replace(/^package\//, ''), tar.subarray(start, start + size))
    }
    at = start + size + (-size & (BLOCK - 1))
  }
  return files
}

/** A ustar header (POSIX.1-1988) of a regular file. */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, width: number) => value.toString(8).padStart(width, '0')
  block.write(path, 0, 100)
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
