import { FlatTable } from './flat-table.ts'

/**
 * Cuts a stream of Arrow IPC into its messages, so that a batch can be worked on before the next has come, and checks each before the
 * library sees it: its reader believes every length.
 *
 *     [u32 0xFFFFFFFF][u32 length of metadata][metadata: a flatbuffer, padded][body]
 *
 * and a length of 0 at the end. (Arrow columnar format, "Encapsulated message format"; Message.fbs, Schema.fbs: field numbers below are their
 * places in the tables.)
 */
const CONTINUATION = 0xffffffff
const PREFIX_BYTES = 8
/** A schema of a few columns, or the places of their buffers: far less. */
const MAX_METADATA_BYTES = 1024 * 1024
const MAX_COLUMNS = 64
/** Offsets are 32-bit with sign. */
const MAX_ROWS = 2 ** 31 - 1

const message = { headerType: 6, header: 8, bodyLength: 10 } as const
const schema = { fields: 6, metadata: 8 } as const
const field = { name: 4, type: 10, dictionary: 12, children: 14, metadata: 16 } as const
const keyValue = { key: 4, value: 6 } as const
const dictionary = { data: 6 } as const
const batch = { length: 4, nodes: 6, buffers: 8, compression: 10, variadic: 12 } as const

export const arrowMessageKinds = { end: 0, schema: 1, dictionary: 2, batch: 3 } as const

export interface ArrowMessage {
  /** As `arrowMessageKinds` has it. */
  readonly kind: number
  /** With its prefix. */
  readonly byteLength: number
}

/**
 * @returns undefined when more bytes are needed to say.
 * @throws RangeError when they are no Arrow stream, or one that nothing here is made for.
 */
export function arrowMessageAt(bytes: Buffer, at: number): ArrowMessage | undefined {
  if (bytes.length - at < PREFIX_BYTES) return undefined
  if (bytes.readUInt32LE(at) !== CONTINUATION) {
    throw new RangeError('a message of an Arrow stream begins with FF FF FF FF')
  }
  const length = bytes.readUInt32LE(at + 4)
  if (length === 0) return { kind: arrowMessageKinds.end, byteLength: PREFIX_BYTES }
  if (length > MAX_METADATA_BYTES) throw new RangeError('the metadata of a message is too long')
  const start = at + PREFIX_BYTES
  if (bytes.length < start + length) return undefined
  const metadata = FlatTable.root(bytes.subarray(start, start + length))
  const kind = metadata.byte(message.headerType)
  const body = metadata.long(message.bodyLength)
  check(kind, metadata, body)
  return { kind, byteLength: PREFIX_BYTES + length + body }
}

/** The messages of a whole stream, up to its end. */
export function arrowMessages(bytes: Buffer): readonly Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const next = arrowMessageAt(bytes, at)
    if (next === undefined || at + next.byteLength > bytes.length) {
      throw new RangeError('it ends within a message')
    }
    if (next.kind === arrowMessageKinds.end) break
    messages.push(bytes.subarray(at, at + next.byteLength))
    at += next.byteLength
  }
  return messages
}

function check(kind: number, metadata: FlatTable, body: number): void {
  const header = metadata.table(message.header)
  if (header === undefined) throw new RangeError('a message says nothing')
  if (kind === arrowMessageKinds.schema) checkSchema(header)
  else if (kind === arrowMessageKinds.batch) checkBatch(header, body)
  else if (kind === arrowMessageKinds.dictionary) checkBatch(header.table(dictionary.data), body)
  else throw new RangeError('a message is no schema, no dictionary and no batch')
}

function checkSchema(header: FlatTable): void {
  const fields = header.tables(schema.fields)
  if (fields.length > MAX_COLUMNS) throw new RangeError(`it has more than ${MAX_COLUMNS} columns`)
  checkMetadata(header.tables(schema.metadata))
  for (const each of fields) {
    each.checkString(field.name)
    each.table(field.type)
    each.table(field.dictionary)
    checkMetadata(each.tables(field.metadata))
    if (each.tables(field.children).length > 0) throw new RangeError('a column holds columns')
  }
}

function checkMetadata(pairs: readonly FlatTable[]): void {
  for (const pair of pairs) {
    pair.checkString(keyValue.key)
    pair.checkString(keyValue.value)
  }
}

function checkBatch(header: FlatTable | undefined, body: number): void {
  if (header === undefined) throw new RangeError('a dictionary has no values')
  if (header.table(batch.compression) !== undefined) throw new RangeError('it is compressed')
  const nodes = header.pairs(batch.nodes)
  const lengths = [header.long(batch.length), ...nodes.map(([rows]) => rows)]
  if (lengths.some((rows) => rows > MAX_ROWS)) throw new RangeError('it has too many rows')
  const buffers = header.pairs(batch.buffers)
  for (const [offset, length] of buffers) {
    if (offset + length > body) throw new RangeError('a buffer lies outside of its message')
  }
  const views = header.longs(batch.variadic).reduce((sum, count) => sum + count, 0)
  if (views > buffers.length) throw new RangeError('it has fewer buffers than it says')
}
