import { writeFile } from 'node:fs/promises'
import { validateContract } from '@signalbox/sdk/contract'
import { positionOf } from '@signalbox/sdk/json-position'
import { defineCommand } from 'citty'
import { typeScriptClient } from '../catalog/documents/typescript-client.ts'
import { coreErrors } from '../errors.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { readNamedFile } from './named-file.ts'
import { parseService } from './service-reference.ts'

export const typesCommand = defineCommand({
  meta: {
    name: 'types',
    description: say({
      en: 'Print the typed client of a data service: one TypeScript file without dependencies',
      'zh-CN': '输出数据服务的类型化客户端：单个无依赖的 TypeScript 文件',
    }),
  },
  args: {
    service: {
      type: 'positional',
      required: true,
      description: say({
        en: 'service@major of a host, or the file of a contract',
        'zh-CN': '主机上的 服务@主版本，或契约文件',
      }),
    },
    out: {
      type: 'string',
      description: say({
        en: 'A file to write it to, instead of the output',
        'zh-CN': '写入文件，而非标准输出',
      }),
    },
    url: hostArguments.url,
    token: hostArguments.token,
  },
  run: async ({ args }) => {
    const isFile = args.service.endsWith('.json')
    const text = isFile ? await ofFile(args.service) : await ofHost(args.service, args)
    if (args.out === undefined) process.stdout.write(text)
    else await writeFile(args.out, text)
  },
})

async function ofHost(
  reference: string,
  args: { readonly url?: string | undefined; readonly token?: string | undefined },
): Promise<string> {
  const { service, major } = parseService(reference)
  const { url, token } = await connectionOf(args)
  // Whoever writes an app has its key, and needs no token of an admin.
  const client = new HostClient({ url, token: token ?? process.env.SIGNALBOX_KEY })
  const path = `/v1/catalog/services/${encodeURIComponent(service)}/versions/${major}/types`
  return client.requestText('GET', path)
}

/** Of a contract that is being written: what subscribers will be given. */
async function ofFile(file: string): Promise<string> {
  const text = String(await readNamedFile(file, 'service'))
  const result = validateContract(jsonOf(file, text))
  if (result.ok) return typeScriptClient(result.contract, '0.0.0')
  const faults = result.faults.map((fault) => {
    const { line, column } = positionOf(text, fault.pointer)
    return { ...fault, at: `${file}:${line}:${column}` }
  })
  const reason = `${file} is no contract`
  throw coreErrors.create('ARGUMENT_INVALID', { name: 'service', reason }, { faults })
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = `${file} is no JSON: ${(cause as Error).message}`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'service', reason }, { cause })
  }
}
