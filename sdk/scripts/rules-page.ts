import { families, type RuleStage } from '../src/check/check-package.ts'
import type { RuleDefinition } from '../src/check/rule.ts'

const INTRODUCTION = `# Checks

<!-- Made by \`npm run generate\` from the rules in sdk/src/check; edit them there. -->

What a marketplace looks at before it publishes a version, and what \`signalbox check\` tells without publishing:

\`\`\`sh
signalbox check                      # the folder, packed as npm would
signalbox check acme-orders-1.2.0.tgz --json
\`\`\`

Each finding has a rule, a severity, a place (\`file:line\`), what is wrong and what to do, in English and Chinese. An
**error** refuses the publish with \`MKT_CHECKS_FAILED\`: npm prints every finding, and \`errors[]\` of the answer has
them for programs. **Warnings** and **notes** are kept with the version, for its publisher and the operator:
\`GET /v1/marketplace/packages/{name}/versions/{version}/findings\`. The command ends with 1 where there is an error.

Before any rule is asked, a package must be one: a gzipped tarball of plain files, without links, \`..\`, names that
differ in case only or that some system does not allow, 20 MiB at most. It has to be one that every program reads alike,
as \`npm pack\` makes it: one gzip file, nothing after its end, one size and one name for each entry, no extensions of GNU
tar. What is not is refused as a whole, with the entries that are to blame.

A made-up secret in a test or an example is let through by a comment in its line or the one before:
\`signalbox-allow-secret: <why>\`.

The code of a plugin of the sandbox tier is read and not run for the rules of \`bundle/\`: the context is followed from
the handlers through names, destructuring and arguments. What can be shown to call the host without a capability is
an error; what only looks so, or comes from a package, is a warning. A name that is computed when the plugin runs is
held against nobody.

Trials run self-test and examples in a lane with the limits of the manifest, without tenant, settings and grants; an
example that asks the host for something is not judged. Migrations run expand, down and expand on a schema that is
dropped. All of it ends within a minute. An operator who wants only to be told sets \`SIGNALBOX_PUBLISH_TRIALS=report\`.

`

const titles: Readonly<Record<RuleStage, string>> = {
  folder: 'In a folder, before there is a package',
  package: 'In the package alone',
  registry: 'Beside the other packages of the marketplace',
  host: 'In trials, before it is published',
}

/** docs/checks.md. */
export function rulesPage(): string {
  const sections = Object.entries(titles).map(([stage, title]) => {
    const rows = families
      .filter((family) => family.stage === stage)
      .flatMap(({ rules }) => Object.entries(rules.definitions))
      .map(([id, rule]) => row(id, rule))
    const head = ['| rule | severity | what it finds | what to do |', '| --- | --- | --- | --- |']
    return [`## ${title}`, '', ...head, ...rows, ''].join('\n')
  })
  return INTRODUCTION + sections.join('\n')
}

function row(id: string, { severity, message, cure }: RuleDefinition): string {
  const cells = [`\`${id}\``, severity, message.en, cure.en].map((text) =>
    text.replaceAll('|', '\\|').replaceAll('<', '&lt;'),
  )
  return `| ${cells.join(' | ')} |`
}
