import { writtenOut } from './schema-node.ts'

/** A contract's schema with every reference written out, and what is left over said by its plain words. */
export function writtenOutSchema(schema: unknown): unknown {
  return writtenOut(schema, '')
}
