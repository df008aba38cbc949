import { fieldsOf } from './field-paths.ts'
import { writtenOut } from './schema-node.ts'

/** Every place that a schema declares, such as `/rows/[]/sku`; the payload itself is the empty path. */
export function declaredPaths(schema: unknown): readonly string[] {
  return [...fieldsOf(writtenOut(schema, ''), '').keys()]
}
