import { text as readAll } from 'node:stream/consumers'
import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { readNamedFile } from './named-file.ts'
import { parseOperation } from './service-reference.ts'

export const callCommand = defineCommand({
  meta: {
    name: 'call',
    description: say({ en: 'Call an operation of a data service', 'zh-CN': '调用数据服务的操作' }),
  },
  args: {
    operation: {
      type: 'positional',
      required: true,
      description: say({ en: 'service@major/operation', 'zh-CN': '服务@主版本/操作' }),
    },
    input: {
      type: 'positional',
      required: false,
      default: '{}',
      description: say({
        en: 'JSON, @file, or - for standard input',
        'zh-CN': 'JSON、@文件，或 - 表示标准输入',
      }),
    },
    key: {
      type: 'string',
      description: say({
        en: "The app's key (SIGNALBOX_KEY)",
        'zh-CN': '应用密钥（SIGNALBOX_KEY）',
      }),
    },
    url: hostArguments.url,
    json: hostArguments.json,
  },
  run: async ({ args }) => {
    const { service, major, operation } = parseOperation(args.operation)
    const { url } = await connectionOf(args)
    const client = new HostClient({ url, token: args.key ?? process.env.SIGNALBOX_KEY })
    const input = await readInput(args.input)
    const answer = await client.requestText(
      'POST',
      `/api/${service}/v${major}/${encodeURIComponent(operation)}`,
      input,
    )
    // A person reads indented JSON; a machine gets the host's own bytes.
    process.stdout.write(`${args.json === true ? answer : readable(answer)}\n`)
  },
})

/** An answer of bytes may be text that is no JSON: it is shown as it is. */
function readable(answer: string): string {
  try {
    return JSON.stringify(JSON.parse(answer), null, 2)
  } catch {
    return answer
  }
}

async function readInput(input: string): Promise<string> {
  if (input === '-') return readAll(process.stdin)
  return input.startsWith('@') ? String(await readNamedFile(input.slice(1), 'input')) : input
}
