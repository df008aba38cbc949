import { contractSchema } from '../src/contract/contract-schema.ts'
import { manifestSchema } from '../src/manifest/manifest-schema.ts'
import { rulesPage } from './rules-page.ts'
import { type SchemaNode, schemaTables } from './schema-tables.ts'

const NOTE = '<!-- Made by `npm run generate` from the schema in sdk/src; edit it there. -->\n'

const MANIFEST = `# The manifest

${NOTE}
The \`signalbox\` key of a plugin's package.json. With this line in it, an editor completes and checks it:

\`\`\`json
"$schema": "../../sdk/schema/manifest.schema.json"
\`\`\`

That is from \`plugins/<name>\` in the clone; in a folder of its own with the SDK installed it is
\`./node_modules/@signalbox/sdk/schema/manifest.schema.json\`.

A text by language is an object with \`en\` and, for hosts that speak it, \`zh-CN\`. A capability is a list:
one entry for each thing that is asked for, each with its own \`why\`. What the capabilities give is told in
[capabilities.md](capabilities.md).

`

/** Every file of this workspace that is made from its schemas, by path inside the workspace. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const json = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`
  return new Map([
    ['schema/manifest.schema.json', json(manifestSchema)],
    ['schema/contract.schema.json', json(contractSchema)],
    [
      'docs/manifest.md',
      MANIFEST + schemaTables('The manifest itself', manifestSchema as SchemaNode),
    ],
    ['docs/checks.md', rulesPage()],
  ])
}
