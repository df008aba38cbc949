import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient, HostRefusal } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { type PackagePage, packageLines, type VersionPage } from './package-lines.ts'
import { parsePlugin } from './plugin-reference.ts'
import type { PlannedTerms } from './terms-lines.ts'
import { readTerms } from './terms-question.ts'

export const showCommand = defineCommand({
  meta: {
    name: 'show',
    description: say({
      en: 'What the marketplace knows of a plugin: what it asks for, whether it runs here, how it does, its terms',
      'zh-CN': '应用市场对插件的了解：申请的能力、能否在本机运行、运行状况与条款',
    }),
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: say({ en: 'Name, or name@version', 'zh-CN': '名称，或 名称@版本' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { name, version } = parsePlugin(args.name)
    const path = `/v1/marketplace/packages/${encodeURIComponent(name)}`
    const page = await client.request<PackagePage>('GET', path)
    const shown =
      version === undefined || version === page.latest.version
        ? page.latest
        : await client.request<VersionPage>(
            'GET',
            `${path}/versions/${encodeURIComponent(version)}`,
          )
    const terms = await termsFor(client, { name, version: shown.version })
    const { readmeHtml: _, changelogHtml: __, ...facts } = shown
    print(
      args.json,
      { ...page, latest: undefined, version: facts, terms },
      packageLines(page, shown, terms),
    )
  },
})

/** By the operator, who is the one to accept them; to anybody else the page says what they are about. */
async function termsFor(
  client: HostClient,
  of: { name: string; version: string },
): Promise<PlannedTerms | null> {
  try {
    return await readTerms(client, of)
  } catch (error) {
    // A version that cannot be installed any more has none to accept, and is shown all the same.
    if (error instanceof HostRefusal && [401, 403, 404, 409, 410].includes(error.problem.status)) {
      return null
    }
    throw error
  }
}
