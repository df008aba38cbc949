import type { Contract } from '@signalbox/sdk/contract'
import t from 'tap'
import ts from 'typescript'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { typeScriptClient } from '../../../src/catalog/documents/typescript-client.ts'

const endings = ['\n', '\r', '\r\n', '\u2028', '\u2029', '*/', '/*', '`', "'"]
const text = fc
  .array(fc.constantFrom(...endings, 'evil()', ' ', 'words'), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))

/** The statements of a client, by kind: what it does, whatever its texts say. */
function statementsOf(source: string): readonly string[] {
  const file = ts.createSourceFile('client.ts', source, ts.ScriptTarget.ES2024)
  return file.statements.map(({ kind }) => ts.SyntaxKind[kind])
}

t.test('no text of a contract becomes code of the client', async () => {
  const contractOf = (said: string): Contract => ({
    id: 'orders.list',
    major: 1,
    title: { en: said },
    description: { en: said },
    operations: {
      list: {
        summary: { en: said },
        input: {
          type: 'object',
          description: said,
          properties: { [said]: { const: said, description: said } },
        },
        output: true,
      },
    },
  })
  const plain = JSON.stringify(statementsOf(typeScriptClient(contractOf('words'), '1.0.0')))
  fc.assert(
    fc.property(
      text,
      (said) => JSON.stringify(statementsOf(typeScriptClient(contractOf(said), '1.0.0'))) === plain,
    ),
  )
})
