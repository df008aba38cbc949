import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { contractSchema } from '../../src/contract/contract-schema.ts'
import { manifestSchema } from '../../src/manifest/manifest-schema.ts'

for (const [name, schema] of Object.entries({ manifestSchema, contractSchema })) {
  t.test(`${name}, compiled without a look at it, is a schema of its dialect`, async (t) => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true })
    t.ok(ajv.validateSchema(schema), ajv.errorsText())
    t.notOk(ajv.validateSchema({ ...schema, type: 'text' }), 'what is none is seen')
  })
}
