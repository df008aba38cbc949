import type { Cell } from './cells.ts'
import type { Column, Rule, Value } from './data-check-types.ts'
import { isCnId, isUscc } from './identity-codes.ts'
import { schemaValidator } from './json-schema.ts'

/** What a rule that no database can work out says of one value. */
export type MemoryRule = (cell: Cell) => 'ignored' | 'passes' | 'fails'

/** For a rule of the way `memory` that is no contribution. */
export function memoryRule({ rule, format, schema = {} }: Rule, { type }: Column): MemoryRule {
  const isSound =
    rule === 'json-schema' ? jsonText(schema, type) : format === 'uscc' ? isUscc : isCnId
  return (cell) => {
    if (cell.is === 'null') return 'ignored'
    return cell.is === 'text' && isSound(cell.text) ? 'passes' : 'fails'
  }
}

/** A column of texts is read as JSON, too. */
function jsonText(schema: Rule['schema'], type: Column['type']): (text: string) => boolean {
  const isValid = schemaValidator(schema ?? {})
  return (text) => {
    const value = parsed(text)
    return value !== undefined && isValid(value)
  }
  function parsed(text: string): Value | undefined {
    if (type !== 'text' && type !== 'json') return undefined
    try {
      return JSON.parse(text) as Value
    } catch {
      return undefined
    }
  }
}
