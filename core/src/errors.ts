import { defineErrors } from '@signalbox/sdk/errors'
import { hostCallErrors } from '@signalbox/sdk/host-calls/host-call-errors'
import { auditErrors } from './audit/audit-errors.ts'
import { blobErrors } from './blobs/blob-errors.ts'
import { brokerErrors } from './broker/broker-errors.ts'
import { dbErrors } from './broker/db/db-errors.ts'
import { fetchErrors } from './broker/http/fetch-errors.ts'
import { useErrors } from './broker/uses/use-errors.ts'
import { subscriptionErrors } from './catalog/subscription-errors.ts'
import { authorErrors } from './cli/author/author-errors.ts'
import { contributionsErrors } from './contributions/contributions-errors.ts'
import { eventErrors } from './events/event-errors.ts'
import { federationErrors } from './federation/federation-errors.ts'
import { gatewayErrors } from './gateway/gateway-errors.ts'
import { identityErrors } from './identity/identity-errors.ts'
import { passkeyErrors } from './identity/passkeys/passkey-errors.ts'
import { permissionErrors } from './identity/permission-errors.ts'
import { ssoErrors } from './identity/sso/sso-errors.ts'
import { jobErrors } from './jobs/job-errors.ts'
import { keyErrors } from './keys/key-errors.ts'
import { notifyErrors } from './notify/notify-errors.ts'
import { pageErrors } from './pages/page-errors.ts'
import { removalErrors } from './removal/removal-errors.ts'
import { documentErrors } from './rollout/documents/document-errors.ts'
import { rehearsalErrors } from './rollout/rehearsal/rehearsal-errors.ts'
import { rolloutErrors } from './rollout/rollout-errors.ts'
import { shadowErrors } from './rollout/shadow/shadow-errors.ts'
import { sealingErrors } from './sealing/sealing-errors.ts'
import { secretErrors } from './secrets/secret-errors.ts'
import { trustedErrors } from './trusted/trusted-errors.ts'
import { usageErrors } from './usage/usage-errors.ts'
import { hookErrors } from './webhooks/hook-errors.ts'
import { webhookErrors } from './webhooks-out/webhook-errors.ts'

/** Every refusal of the host. Those of one capability stand beside it; the rest here, alphabetical. */
export const coreErrors = defineErrors('CORE', {
  ...hostCallErrors,
  ...authorErrors,
  ...auditErrors,
  ...blobErrors,
  ...brokerErrors,
  ...dbErrors,
  ...contributionsErrors,
  ...notifyErrors,
  ...fetchErrors,
  ...sealingErrors,
  ...shadowErrors,
  ...secretErrors,
  ...eventErrors,
  ...federationErrors,
  ...gatewayErrors,
  ...useErrors,
  ...jobErrors,
  ...permissionErrors,
  ...identityErrors,
  ...passkeyErrors,
  ...ssoErrors,
  ...keyErrors,
  ...hookErrors,
  ...webhookErrors,
  ...trustedErrors,
  ...usageErrors,
  ...pageErrors,
  ...removalErrors,
  ...rolloutErrors,
  ...documentErrors,
  ...rehearsalErrors,
  ...subscriptionErrors,
  ARGUMENT_INVALID: {
    status: 400,
    message: {
      en: 'The argument {name} is not usable: {reason}',
      'zh-CN': '参数 {name} 不可用：{reason}',
    },
    cure: {
      en: 'Correct it; the command shows with --help how it is written.',
      'zh-CN': '请更正；该命令加 --help 可查看写法。',
    },
  },

  APP_EXISTS: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has an app {app} already.',
      'zh-CN': '租户 {tenant} 已有应用 {app}。',
    },
    cure: {
      en: 'Choose another id.',
      'zh-CN': '请选择其他 id。',
    },
  },
  APP_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no app {app}.',
      'zh-CN': '租户 {tenant} 没有应用 {app}。',
    },
    cure: {
      en: 'Make it with POST /v1/apps or "signalbox app create".',
      'zh-CN': '请通过 POST /v1/apps 或 "signalbox app create" 创建。',
    },
  },
  AUTHENTICATION_REQUIRED: {
    status: 401,
    message: {
      en: 'The request carries no valid token or key.',
      'zh-CN': '请求未携带有效的令牌或密钥。',
    },
    cure: {
      en: 'Send "Authorization: Bearer …" with a token of the operator, of a tenant admin, or an app\'s key. The command line takes it from --token (for "call" --key), SIGNALBOX_TOKEN, or the folder SIGNALBOX_HOME of a host on this machine.',
      'zh-CN':
        '请在 "Authorization: Bearer …" 中携带运营者令牌、租户管理员令牌或应用密钥。命令行从 --token（"call" 为 --key）、SIGNALBOX_TOKEN 或本机主机的 SIGNALBOX_HOME 目录中获取。',
    },
  },
  BODY_UNREADABLE: {
    status: 400,
    message: {
      en: 'The body cannot be read as JSON: {reason}',
      'zh-CN': '请求体不是可读的 JSON：{reason}',
    },
    cure: {
      en: 'Send one JSON text in UTF-8 with Content-Type: application/json; leave the header out where there is no body.',
      'zh-CN':
        '请以 UTF-8 编码发送一段 JSON 文本，并设置 Content-Type: application/json；没有请求体时请勿发送该标头。',
    },
  },
  CALL_DEADLINE: {
    status: 504,
    message: {
      en: '{service}@{major}/{operation} did not answer within {deadlineMs} ms.',
      'zh-CN': '{service}@{major}/{operation} 未在 {deadlineMs} 毫秒内应答。',
    },
    cure: {
      en: 'Try again, or ask for less at once.',
      'zh-CN': '请重试，或减少单次请求量。',
    },
  },
  CAPABILITY_NOT_REQUESTED: {
    status: 400,
    message: {
      en: '{plugin}@{version} does not ask for {capability}.',
      'zh-CN': '{plugin}@{version} 未申请 {capability}。',
    },
    cure: {
      en: 'Grant only what GET /v1/plugins/{plugin} lists under capabilities.',
      'zh-CN': '请仅授予 GET /v1/plugins/{plugin} 中列出的能力。',
    },
  },
  CAPABILITY_UNSUPPORTED: {
    status: 409,
    message: {
      en: '{plugin}@{version} needs {capability}, which this host does not offer.',
      'zh-CN': '{plugin}@{version} 需要 {capability}，本主机不提供。',
    },
    cure: {
      en: 'Update the host, or ask the author to make the capability optional.',
      'zh-CN': '请升级主机，或请作者将该能力设为可选。',
    },
  },
  CHECK_TARGET_MISSING: {
    status: 404,
    message: { en: 'There is no {target}.', 'zh-CN': '{target} 不存在。' },
    cure: {
      en: "Name a plugin's folder, or the .tgz that npm pack made of it.",
      'zh-CN': '请指定插件文件夹，或由 npm pack 生成的 .tgz。',
    },
  },
  COMPUTE_BUSY: {
    status: 429,
    message: {
      en: 'The host computes too much at once: {reached} tasks of at most {limit} wait, {bytes} bytes of at most {maxBytes}.',
      'zh-CN':
        '主机计算任务过多：等待 {reached} 项（上限 {limit}），{bytes} 字节（上限 {maxBytes}）。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试。',
    },
  },
  COMPUTE_DEADLINE: {
    status: 503,
    message: {
      en: 'The host did not come to {task} within {limit} ms.',
      'zh-CN': '主机未能在 {limit} 毫秒内完成 {task}。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After, or with less data.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试，或减少数据量。',
    },
  },
  COMPUTE_FAILED: {
    status: 500,
    message: {
      en: 'A thread of the host ended while it did {task}.',
      'zh-CN': '主机的一个线程在执行 {task} 时结束。',
    },
    cure: {
      en: 'Try again with less data; the log of the host has the cause.',
      'zh-CN': '请减少数据量后重试；原因见主机日志。',
    },
  },
  CONFIG_REVISION_MISSING: {
    status: 404,
    message: {
      en: 'The settings of {plugin} in {tenant} never had a revision {revision}.',
      'zh-CN': '{plugin} 在 {tenant} 中的设置没有版本 {revision}。',
    },
    cure: {
      en: 'GET /v1/tenants/{tenant}/plugins/{plugin}/config/revisions lists them.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/plugins/{plugin}/config/revisions 查看。',
    },
  },
  CONSENT_MISSING: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has not consented to: {capabilities}.',
      'zh-CN': '租户 {tenant} 尚未同意：{capabilities}。',
    },
    cure: {
      en: 'Consent with "signalbox plugin enable … --consent", or with POST /v1/tenants/{tenant}/plugins/{plugin}/grants and {"capabilities": ["…"]}, then enable again.',
      'zh-CN':
        '请通过 "signalbox plugin enable … --consent"，或 POST /v1/tenants/{tenant}/plugins/{plugin}/grants 和 {"capabilities": ["…"]} 授权后再启用。',
    },
  },
  CONTENT_CORRUPT: {
    status: 500,
    message: {
      en: 'Stored content {sha256} does not match its own hash.',
      'zh-CN': '存储的内容 {sha256} 与其哈希值不符。',
    },
    cure: {
      en: 'Restore the tables "contents" and "content_chunks" from a backup, or publish the same files as a new version and install that: both versions are whole then.',
      'zh-CN':
        '请从备份恢复表 "contents" 和 "content_chunks"；或将相同文件作为新版本发布并安装，届时两个版本均恢复完整。',
    },
  },
  CONTRACT_BREAKING: {
    status: 409,
    message: {
      en: '{plugin}@{version} breaks what {stable}, the version in service, promises within the same major of a data service.',
      'zh-CN': '{plugin}@{version} 在数据服务的同一主版本内破坏了正在服务的版本 {stable} 的承诺。',
    },
    cure: {
      en: 'See whom it breaks with POST /v1/plugins/{plugin}:plan; its author takes the changes of errors[] back, or raises "major" in the contract.',
      'zh-CN':
        '请用 POST /v1/plugins/{plugin}:plan 查看受影响的应用；由作者撤回 errors[] 中的更改，或提高契约中的 "major"。',
    },
  },
  CREDENTIAL_LIMIT: {
    status: 409,
    message: {
      en: 'The subscription {subscription} has two live credentials of this kind already.',
      'zh-CN': '订阅 {subscription} 已有两个此类有效凭据。',
    },
    cure: {
      en: 'Revoke one first.',
      'zh-CN': '请先吊销其中一个。',
    },
  },
  CREDENTIAL_MISSING: {
    status: 404,
    message: {
      en: 'The subscription {subscription} has no live credential {credential}.',
      'zh-CN': '订阅 {subscription} 没有有效凭据 {credential}。',
    },
    cure: {
      en: 'List them with GET /v1/subscriptions/{subscription}.',
      'zh-CN': '请通过 GET /v1/subscriptions/{subscription} 查询。',
    },
  },
  DATABASE_ROLE_WEAK: {
    status: 500,
    message: {
      en: 'The role {role} of DATABASE_URL may not create {missing}.',
      'zh-CN': 'DATABASE_URL 中的角色 {role} 无权创建 {missing}。',
    },
    cure: {
      en: 'As an administrator run: ALTER ROLE {role} CREATEDB CREATEROLE',
      'zh-CN': '请以管理员身份执行：ALTER ROLE {role} CREATEDB CREATEROLE',
    },
  },
  DATABASE_TOO_OLD: {
    status: 500,
    message: {
      en: 'PostgreSQL {version} is too old.',
      'zh-CN': 'PostgreSQL {version} 版本过旧。',
    },
    cure: {
      en: 'Use PostgreSQL 16 or later, or unset DATABASE_URL for the embedded PostgreSQL 18.',
      'zh-CN':
        '请使用 PostgreSQL 16 或更高版本，或取消设置 DATABASE_URL 以使用内嵌的 PostgreSQL 18。',
    },
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    message: {
      en: 'PostgreSQL does not answer.',
      'zh-CN': 'PostgreSQL 没有响应。',
    },
    cure: {
      en: 'Try again; if it lasts, check that PostgreSQL runs and that DATABASE_URL is right.',
      'zh-CN': '请重试；若持续出现，请检查 PostgreSQL 是否在运行以及 DATABASE_URL 是否正确。',
    },
  },
  DATABASE_URL_INVALID: {
    status: 500,
    message: {
      en: '{variable} is not a PostgreSQL URL with a database name.',
      'zh-CN': '{variable} 不是带有数据库名的 PostgreSQL URL。',
    },
    cure: {
      en: 'Write it as postgres://user:password@host:5432/signalbox',
      'zh-CN': '请写成 postgres://user:password@host:5432/signalbox',
    },
  },
  DATA_FOLDER_IN_USE: {
    status: 500,
    message: {
      en: 'Another host is running on the data folder {folder} ({who}).',
      'zh-CN': '另一个主机正在使用数据目录 {folder}（{who}）。',
    },
    cure: {
      en: 'Stop the other host, or set SIGNALBOX_HOME to another folder. Only if its machine is really gone, remove {file}.',
      'zh-CN':
        '请停止另一个主机，或将 SIGNALBOX_HOME 设为其他目录。仅当其所在机器确已不存在时，才可删除 {file}。',
    },
  },
  DATA_FOLDER_UNUSABLE: {
    status: 500,
    message: {
      en: 'The data folder {folder} cannot be used: {reason}',
      'zh-CN': '数据目录 {folder} 无法使用：{reason}',
    },
    cure: {
      en: 'Set SIGNALBOX_HOME to a folder that this user may write to.',
      'zh-CN': '请将 SIGNALBOX_HOME 设为当前用户可写的目录。',
    },
  },
  DEPENDENCY_MISSING: {
    status: 409,
    message: {
      en: '{plugin}@{version} requires {dependency} {range}, and {found}.',
      'zh-CN': '{plugin}@{version} 需要 {dependency} {range}，但{found}。',
    },
    cure: {
      en: 'Install a fitting version of {dependency} first.',
      'zh-CN': '请先安装合适版本的 {dependency}。',
    },
  },
  DEPENDENT_BROKEN: {
    status: 409,
    message: {
      en: '{dependent} requires {plugin} {range}; {version} would break it.',
      'zh-CN': '{dependent} 需要 {plugin} {range}；{version} 会破坏它。',
    },
    cure: {
      en: 'Update {dependent} first, or choose a version within {range}.',
      'zh-CN': '请先升级 {dependent}，或选择 {range} 范围内的版本。',
    },
  },
  DRAINING: {
    status: 503,
    message: {
      en: 'The host is stopping.',
      'zh-CN': '主机正在停止。',
    },
    cure: {
      en: 'Try again; another node answers, or this one after its restart.',
      'zh-CN': '请重试；其他节点或重启后的本节点会应答。',
    },
  },
  FORBIDDEN: {
    status: 403,
    message: {
      en: '{principal} may not {action}.',
      'zh-CN': '{principal} 无权执行 {action}。',
    },
    cure: {
      en: "Ask the operator or the tenant's admin, or use a token that is allowed to.",
      'zh-CN': '请联系运营者或租户管理员，或使用有权限的令牌。',
    },
  },
  GRANT_UNKNOWN: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no live grant {grant} for {plugin}.',
      'zh-CN': '租户 {tenant} 没有 {plugin} 的有效授权 {grant}。',
    },
    cure: {
      en: 'List the grants with GET /v1/tenants/{tenant}/plugins/{plugin}.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/plugins/{plugin} 查看授权。',
    },
  },
  HOST_RANGE_UNSATISFIED: {
    status: 409,
    message: {
      en: '{plugin}@{version} runs on hosts {range}; this host is {host}.',
      'zh-CN': '{plugin}@{version} 需要主机版本 {range}；当前主机为 {host}。',
    },
    cure: {
      en: 'Install a version made for this host, or update the host.',
      'zh-CN': '请安装适配当前主机的版本，或升级主机。',
    },
  },
  INTEGRITY_MISMATCH: {
    status: 409,
    message: {
      en: 'The bytes of {plugin}@{version} are not what the marketplace signed for.',
      'zh-CN': '{plugin}@{version} 的内容与应用市场的记录不符。',
    },
    cure: {
      en: "Do not install it; ask the marketplace's operator to check the package.",
      'zh-CN': '请勿安装；请联系应用市场运营者检查该软件包。',
    },
  },
  INTERNAL: {
    status: 500,
    message: {
      en: 'Something in the host went wrong.',
      'zh-CN': '主机内部出错。',
    },
    cure: {
      en: 'Quote the traceId to the operator.',
      'zh-CN': '请将 traceId 提供给运营者。',
    },
  },
  INVOCATION_MISSING: {
    status: 404,
    message: {
      en: 'There is no kept call {invocation}.',
      'zh-CN': '没有已保留的调用 {invocation}。',
    },
    cure: {
      en: "Calls are kept for seven days; GET /v1/tenants/(tenant)/invocations lists a tenant's own.",
      'zh-CN': '调用保留七天；GET /v1/tenants/(tenant)/invocations 列出租户自己的调用。',
    },
  },
  INVOCATION_NOT_RELEASED: {
    status: 403,
    message: {
      en: 'The recording of {invocation} is not released to you.',
      'zh-CN': '{invocation} 的录制内容未对您放行。',
    },
    cure: {
      en: 'Ask the admin of its tenant to release it: POST /v1/tenants/(tenant)/invocations/{invocation}/releases.',
      'zh-CN': '请租户管理员放行：POST /v1/tenants/(tenant)/invocations/{invocation}/releases。',
    },
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    message: {
      en: 'The content type {type} is not taken here.',
      'zh-CN': '此处不接受内容类型 {type}。',
    },
    cure: {
      en: 'Send Content-Type: application/json.',
      'zh-CN': '请设置 Content-Type: application/json。',
    },
  },
  METHOD_NOT_SAFE: {
    status: 405,
    message: {
      en: 'The operation {operation} changes data and is called with POST only.',
      'zh-CN': '操作 {operation} 会更改数据，只能用 POST 调用。',
    },
    cure: {
      en: 'Use POST.',
      'zh-CN': '请使用 POST。',
    },
  },
  MIGRATION_FAILED: {
    status: 500,
    message: {
      en: 'The migration {migration} of the host failed: {reason}',
      'zh-CN': '主机迁移 {migration} 失败：{reason}',
    },
    cure: {
      en: 'Nothing of it was kept. Cure the reason and start the host again.',
      'zh-CN': '该迁移未留下任何更改。请消除原因后重新启动主机。',
    },
  },
  NPM_PACK_FAILED: {
    status: 422,
    message: {
      en: 'npm pack failed in {folder}: {output}',
      'zh-CN': '在 {folder} 中执行 npm pack 失败：{output}',
    },
    cure: {
      en: 'Correct what npm names; "npm publish" would fail of it too.',
      'zh-CN': '请更正 npm 指出的问题；"npm publish" 也会因此失败。',
    },
  },
  NPM_PUBLISH_FAILED: {
    status: 500,
    message: {
      en: 'npm publish failed in {folder}: {output}',
      'zh-CN': '在 {folder} 中执行 npm publish 失败：{output}',
    },
    cure: {
      en: 'Correct what npm names, then start again.',
      'zh-CN': '请更正 npm 指出的问题后重新启动。',
    },
  },
  OVERLOADED: {
    status: 503,
    message: {
      en: 'The host has more work than it can do.',
      'zh-CN': '主机负载过高。',
    },
    cure: {
      en: 'Try again in a few seconds.',
      'zh-CN': '请几秒后重试。',
    },
  },
  PACKAGE_MISSING: {
    status: 404,
    message: {
      en: 'The marketplace has no {plugin}@{version}.',
      'zh-CN': '应用市场中没有 {plugin}@{version}。',
    },
    cure: {
      en: 'Publish it first with npm publish, or correct the name or version.',
      'zh-CN': '请先用 npm publish 发布，或更正名称或版本。',
    },
  },
  PLAN_MISSING: {
    status: 404,
    message: {
      en: 'The data service {service}@{major} has no plan {plan}.',
      'zh-CN': '数据服务 {service}@{major} 没有方案 {plan}。',
    },
    cure: {
      en: 'Choose a plan that GET /v1/catalog/services/{service} lists.',
      'zh-CN': '请选择 GET /v1/catalog/services/{service} 列出的方案。',
    },
  },
  PLUGIN_MIGRATION_CHANGED: {
    status: 409,
    message: {
      en: 'The migration {step} of {plugin} {version} differs from the text that was already applied.',
      'zh-CN': '{plugin} {version} 的迁移 {step} 与已执行的文本不同。',
    },
    cure: {
      en: 'Leave applied migrations as they are and put the change into a new step.',
      'zh-CN': '请保持已执行的迁移不变，并将更改放入新的步骤。',
    },
  },
  PLUGIN_MIGRATION_FAILED: {
    status: 422,
    message: {
      en: 'The migration {step} of {plugin} {version} failed: {reason} ({sqlState})',
      'zh-CN': '{plugin} {version} 的迁移 {step} 失败：{reason}（{sqlState}）',
    },
    cure: {
      en: 'Nothing of the step was kept. Correct the SQL and publish a new version.',
      'zh-CN': '该步骤未留下任何更改。请更正 SQL 并发布新版本。',
    },
  },
  PLUGIN_MIGRATION_REFUSED: {
    status: 422,
    message: {
      en: 'The migrations of {plugin} {version} hold statements that no plugin may run.',
      'zh-CN': '{plugin} {version} 的迁移包含插件不允许执行的语句。',
    },
    cure: {
      en: 'Correct the places named in errors[]; each names file and line.',
      'zh-CN': '请更正 errors[] 中列出的位置（包含文件与行号）。',
    },
  },
  PLUGIN_MISSING: {
    status: 404,
    message: {
      en: 'The plugin {plugin} is not installed.',
      'zh-CN': '插件 {plugin} 未安装。',
    },
    cure: {
      en: 'Install it with POST /v1/plugins or "signalbox plugin install".',
      'zh-CN': '请通过 POST /v1/plugins 或 "signalbox plugin install" 安装。',
    },
  },
  CALL_STOPPED: {
    status: 409,
    message: {
      en: 'The plugin {plugin} was disabled in the tenant {tenant} while this call ran.',
      'zh-CN': '此调用执行期间，插件 {plugin} 在租户 {tenant} 中被停用。',
    },
    cure: {
      en: 'What the call did before that stands: look at it before you call again.',
      'zh-CN': '调用在此之前所做的操作仍然有效：再次调用前请先核对。',
    },
  },
  HOST_STOPPING: {
    status: 503,
    message: { en: 'The host stops.', 'zh-CN': '主机正在停止。' },
    cure: { en: 'Try again in a moment.', 'zh-CN': '请稍后重试。' },
  },
  PLUGIN_NOT_ENABLED: {
    status: 409,
    message: {
      en: 'The plugin {plugin} is not enabled for the tenant {tenant}.',
      'zh-CN': '租户 {tenant} 未启用插件 {plugin}。',
    },
    cure: {
      en: 'Enable it with PUT /v1/tenants/{tenant}/plugins/{plugin} and {"binding": "enabled"}.',
      'zh-CN': '请通过 PUT /v1/tenants/{tenant}/plugins/{plugin} 和 {"binding": "enabled"} 启用。',
    },
  },
  PLUGIN_SCHEMA_MISSING: {
    status: 409,
    message: {
      en: 'The plugin {plugin} has no tables for the tenant {tenant}.',
      'zh-CN': '插件 {plugin} 没有租户 {tenant} 的数据表。',
    },
    cure: {
      en: 'Enable the plugin for this tenant, with a grant of db:own.',
      'zh-CN': '请为该租户启用此插件并授予 db:own。',
    },
  },
  PORT_TAKEN: {
    status: 500,
    message: {
      en: 'The port {port} on {host} is taken.',
      'zh-CN': '{host} 上的端口 {port} 已被占用。',
    },
    cure: {
      en: 'Stop what listens there, or set PORT to another one.',
      'zh-CN': '请停止占用该端口的程序，或将 PORT 设为其他端口。',
    },
  },
  POSTGRES_BINARIES_MISSING: {
    status: 500,
    message: {
      en: 'The embedded PostgreSQL for {platform} is missing or incomplete: {reason}',
      'zh-CN': '{platform} 的内嵌 PostgreSQL 缺失或不完整：{reason}',
    },
    cure: {
      en: 'Run "npm ci" again without --omit=optional and --ignore-scripts, or set DATABASE_URL to a PostgreSQL 16 or later.',
      'zh-CN':
        '请重新运行 "npm ci"（不带 --omit=optional 和 --ignore-scripts），或将 DATABASE_URL 指向 PostgreSQL 16 及以上版本。',
    },
  },
  POSTGRES_START_FAILED: {
    status: 500,
    message: {
      en: 'The embedded PostgreSQL in {folder} did not start: {reason}',
      'zh-CN': '{folder} 中的内嵌 PostgreSQL 未能启动：{reason}',
    },
    cure: {
      en: 'Read server.log in that folder. It needs free disk space and memory, and a user that /etc/passwd knows; or set DATABASE_URL.',
      'zh-CN':
        '请阅读该目录中的 server.log。它需要可用的磁盘空间和内存，以及 /etc/passwd 中存在的用户；也可以改设 DATABASE_URL。',
    },
  },
  PUBLISHER_MISSING: {
    status: 404,
    message: {
      en: 'There is no publisher {publisher} to release a call of {plugin} to.',
      'zh-CN': '没有可放行 {plugin} 调用的发布者 {publisher}。',
    },
    cure: {
      en: 'Name a publisher of the marketplace, or release it to the operator.',
      'zh-CN': '请指定市场中的发布者，或放行给运营者。',
    },
  },
  RATE_LIMITED: {
    status: 429,
    message: {
      en: 'The plan {plan} allows {rate} calls a second and {burst} at once.',
      'zh-CN': '方案 {plan} 允许每秒 {rate} 次调用，突发 {burst} 次。',
    },
    cure: {
      en: 'Wait as Retry-After says, or ask for another plan.',
      'zh-CN': '请按 Retry-After 等待，或申请其他方案。',
    },
  },
  RATING_MISSING: {
    status: 404,
    message: {
      en: 'The tenant has not rated major {major} of {plugin}.',
      'zh-CN': '该租户尚未评价 {plugin} 的主版本 {major}。',
    },
    cure: {
      en: 'See what it rated: GET /v1/tenants/…/plugins/{plugin}/ratings',
      'zh-CN': '查看已有评价：GET /v1/tenants/…/plugins/{plugin}/ratings',
    },
  },
  RATING_NOT_RUN: {
    status: 409,
    message: {
      en: 'The tenant {tenant} does not run major {major} of {plugin}: only who runs it rates it.',
      'zh-CN': '租户 {tenant} 未在运行 {plugin} 的主版本 {major}：仅运行者可以评价。',
    },
    cure: {
      en: 'Rate a major that is enabled for the tenant and was called within the last 30 days.',
      'zh-CN': '请评价已为该租户启用且最近 30 天内有调用的主版本。',
    },
  },
  RATING_UNPUBLISHED: {
    status: 409,
    message: {
      en: '{plugin} is in no marketplace of this host: it runs from a folder, and has no page that a rating would stand on.',
      'zh-CN': '{plugin} 不在此主机的任何市场中：它从文件夹运行，没有可展示评价的页面。',
    },
    cure: {
      en: 'Publish it (signalbox publish) and install it from the marketplace, then rate it.',
      'zh-CN': '请先发布（signalbox publish）并从市场安装，然后再评价。',
    },
  },
  RECEIPT_FOREIGN: {
    status: 503,
    message: {
      en: '{plugin}@{version} was installed by a host whose key this node does not have, so that it cannot be verified here.',
      'zh-CN': '{plugin}@{version} 由持有其他密钥的主机安装，此节点没有该密钥，无法验证。',
    },
    cure: {
      en: 'Give this node the SIGNALBOX_KEY_FILE of the others.',
      'zh-CN': '请为此节点配置与其他节点相同的 SIGNALBOX_KEY_FILE。',
    },
  },
  RELEASE_MISSING: {
    status: 404,
    message: {
      en: '{invocation} has no release {release}, or it was withdrawn already.',
      'zh-CN': '{invocation} 没有放行记录 {release}，或已被撤回。',
    },
    cure: {
      en: 'GET /v1/invocations/{invocation} lists its releases.',
      'zh-CN': 'GET /v1/invocations/{invocation} 列出其放行记录。',
    },
  },
  REPLAY_BUNDLE_MISMATCH: {
    status: 502,
    message: {
      en: 'The bundle that came for {invocation} is not the one that ran: its hash is {reached}, not {expected}.',
      'zh-CN':
        '为 {invocation} 取得的代码包并非当时运行的代码包：哈希为 {reached}，应为 {expected}。',
    },
    cure: {
      en: 'Try again; to run another bundle on the recording on purpose, name it with --bundle.',
      'zh-CN': '请重试；若要用其他代码包回放，请用 --bundle 指定。',
    },
  },
  REVIEW_UNSEEN: {
    status: 404,
    message: {
      en: 'There is no review of {plugin} that you may see.',
      'zh-CN': '没有您可查看的 {plugin} 的评审。',
    },
    cure: {
      en: 'List those there are: signalbox review list. Of a version that is published without one, npm diff shows the files.',
      'zh-CN':
        '请用 signalbox review list 列出现有评审；未经评审即发布的版本，可用 npm diff 查看文件差异。',
    },
  },
  ROLLBACK_UNKNOWN: {
    status: 409,
    message: {
      en: 'There is nothing to take back: no completed rollout led from {to} to {plugin}@{version}, which is stable.',
      'zh-CN': '没有可收回的发布：当前稳定版 {plugin}@{version} 并非由 {to} 经完成的灰度发布而来。',
    },
    cure: {
      en: 'Only a completed rollout is taken back, and once. Roll the version you want out; GET /v1/rollouts?plugin={plugin} lists what was.',
      'zh-CN':
        '只有已完成的灰度发布可以收回，且仅一次。请将所需版本重新灰度发布；GET /v1/rollouts?plugin={plugin} 列出历史。',
    },
  },
  ROLLOUT_COMMAND_REFUSED: {
    status: 409,
    message: {
      en: 'The rollout {rollout} cannot be told to {command}: {reason}',
      'zh-CN': '灰度发布 {rollout} 不能执行 {command}：{reason}',
    },
    cure: {
      en: '{cure}GET /v1/rollouts/{rollout} says where it stands.',
      'zh-CN': '{cure}可通过 GET /v1/rollouts/{rollout} 查看其状态。',
    },
  },
  ROLLOUT_MISSING: {
    status: 404,
    message: {
      en: 'There is no rollout {rollout}.',
      'zh-CN': '灰度发布 {rollout} 不存在。',
    },
    cure: {
      en: 'List them with GET /v1/rollouts.',
      'zh-CN': '请通过 GET /v1/rollouts 查询。',
    },
  },
  ROLLOUT_POINTLESS: {
    status: 409,
    message: {
      en: '{plugin}@{version} is stable already.',
      'zh-CN': '{plugin}@{version} 已是稳定版本。',
    },
    cure: {
      en: 'Roll out another version.',
      'zh-CN': '请发布其他版本。',
    },
  },
  ROUTE_MISSING: {
    status: 404,
    message: {
      en: 'There is nothing at {method} {path}.',
      'zh-CN': '{method} {path} 不存在。',
    },
    cure: {
      en: 'See /openapi.json for what there is.',
      'zh-CN': '请查看 /openapi.json 了解可用接口。',
    },
  },
  SCOPE_MISSING: {
    status: 403,
    message: {
      en: 'The subscription {subscription} does not cover {service}@{major}/{operation}.',
      'zh-CN': '订阅 {subscription} 不包含 {service}@{major}/{operation}。',
    },
    cure: {
      en: 'A key belongs to one subscription: use the key of the one that covers it, or make it with POST /v1/subscriptions.',
      'zh-CN':
        '一个密钥只属于一个订阅：请使用包含该操作的订阅的密钥，或通过 POST /v1/subscriptions 创建订阅。',
    },
  },
  SELF_TEST_FAILED: {
    status: 409,
    message: {
      en: 'The self-test of {plugin}@{version} failed: {reason}',
      'zh-CN': '{plugin}@{version} 的自检失败：{reason}',
    },
    cure: {
      en: 'Correct the plugin and publish a new version.',
      'zh-CN': '请修正插件并发布新版本。',
    },
  },
  SERVICE_TAKEN: {
    status: 409,
    message: {
      en: 'The data service {service}@{major} is provided by {provider} already.',
      'zh-CN': '数据服务 {service}@{major} 已由 {provider} 提供。',
    },
    cure: {
      en: 'Remove {provider} first, or publish the service under another name.',
      'zh-CN': '请先移除 {provider}，或以其他名称发布该服务。',
    },
  },
  SETTING_INVALID: {
    status: 500,
    message: {
      en: 'The setting {name} is not usable: {reason}',
      'zh-CN': '设置 {name} 不可用：{reason}',
    },
    cure: {
      en: 'Correct the environment variable {name}.',
      'zh-CN': '请更正环境变量 {name}。',
    },
  },
  SIGNATURE_INVALID: {
    status: 409,
    message: {
      en: '{plugin}@{version} is refused: {reason}.',
      'zh-CN': '拒绝 {plugin}@{version}：{reason}。',
    },
    cure: {
      en: 'Find out who changed it ("signalbox verify" shows each link); then install the version again, which takes it from the marketplace anew.',
      'zh-CN':
        '请查明改动来源（"signalbox verify" 会逐项显示），然后重新安装该版本，即可从应用市场重新获取。',
    },
  },
  SIGNATURE_MISSING: {
    status: 409,
    message: {
      en: '{plugin}@{version} is not signed by its marketplace.',
      'zh-CN': '{plugin}@{version} 没有应用市场的签名。',
    },
    cure: {
      en: 'What was published before the marketplace had a key is signed at its start; wait for that, or publish the version anew.',
      'zh-CN': '应用市场在有密钥之前发布的版本会在启动时补签；请稍候，或重新发布。',
    },
  },
  SIGNING_KEY_UNUSABLE: {
    status: 422,
    message: {
      en: 'The signing key {place} cannot be used: {reason}.',
      'zh-CN': '签名密钥 {place} 无法使用：{reason}。',
    },
    cure: {
      en: 'Make one with "signalbox sign --new-key", or name its file by --key or SIGNALBOX_SIGNING_KEY.',
      'zh-CN':
        '请用 "signalbox sign --new-key" 生成，或用 --key 或 SIGNALBOX_SIGNING_KEY 指定其文件。',
    },
  },
  SIGN_FAILED: {
    status: 422,
    message: {
      en: '{folder} cannot be signed: {reason}',
      'zh-CN': '无法签署 {folder}：{reason}',
    },
    cure: {
      en: 'Correct that and sign again; until then there is no signalbox.sig in the folder.',
      'zh-CN': '请更正后重新签名；在此之前目录中没有 signalbox.sig。',
    },
  },
  SQL_CANCELLED: {
    status: 499,
    message: {
      en: 'The statement of {plugin} was cancelled because its caller went away.',
      'zh-CN': '由于调用方已离开，{plugin} 的语句被取消。',
    },
    cure: {
      en: 'Nothing was changed. Call again.',
      'zh-CN': '未做任何更改，请重新调用。',
    },
  },
  SQL_DEADLINE: {
    status: 504,
    message: {
      en: 'The statement of {plugin} did not end within {deadlineMs} ms and was cancelled.',
      'zh-CN': '{plugin} 的语句未在 {deadlineMs} 毫秒内结束，已被取消。',
    },
    cure: {
      en: 'Nothing was changed. Ask for fewer rows, add an index, or raise the deadline of the operation.',
      'zh-CN': '未做任何更改。请减少行数、添加索引，或提高该操作的期限。',
    },
  },
  SQL_FAILED: {
    status: 422,
    message: {
      en: 'The statement of {plugin} failed: {reason} ({sqlState})',
      'zh-CN': '{plugin} 的语句失败：{reason}（{sqlState}）',
    },
    cure: {
      en: 'Correct the statement or its parameters; nothing was changed.',
      'zh-CN': '请更正语句或其参数；未做任何更改。',
    },
  },
  SQL_REFUSED: {
    status: 403,
    message: {
      en: 'The statement of {plugin} was refused: {reason}',
      'zh-CN': '{plugin} 的语句被拒绝：{reason}',
    },
    cure: {
      en: "Send one select, insert, update, delete or merge on the plugin's own tables, with unqualified names.",
      'zh-CN':
        '请只发送一条针对插件自有表的 select、insert、update、delete 或 merge 语句，且名称不带模式前缀。',
    },
  },
  STREAMS_TAKEN: {
    status: 503,
    message: {
      en: 'This node has {limit} event streams open already, and opens no more.',
      'zh-CN': '本节点已打开 {limit} 个事件流，不再打开更多。',
    },
    cure: {
      en: 'Close a page that watches a rollout or an installation, or ask for it every now and then: GET /v1/rollouts/{rollout}, GET /v1/plugins/{name}.',
      'zh-CN':
        '请关闭某个正在查看灰度发布或安装的页面，或定期查询 GET /v1/rollouts/{rollout}、GET /v1/plugins/{name}。',
    },
  },
  SUBSCRIPTION_COMMAND_REFUSED: {
    status: 409,
    message: {
      en: 'A subscription that is {state} cannot be told to {command}.',
      'zh-CN': '处于 {state} 状态的订阅不能执行 {command}。',
    },
    cure: {
      en: 'Look at its state with GET /v1/subscriptions/{subscription}.',
      'zh-CN': '请通过 GET /v1/subscriptions/{subscription} 查看其状态。',
    },
  },
  SUBSCRIPTION_EXISTS: {
    status: 409,
    message: {
      en: 'The app {app} has subscribed to {service}@{major} already.',
      'zh-CN': '应用 {app} 已订阅 {service}@{major}。',
    },
    cure: {
      en: 'Use that subscription, or cancel it first.',
      'zh-CN': '请使用现有订阅，或先取消它。',
    },
  },
  SUBSCRIPTION_INACTIVE: {
    status: 403,
    message: {
      en: 'The subscription {subscription} is {state}.',
      'zh-CN': '订阅 {subscription} 处于 {state} 状态。',
    },
    cure: {
      en: "Ask the tenant's admin to approve it, or subscribe again.",
      'zh-CN': '请联系租户管理员批准，或重新订阅。',
    },
  },
  SUBSCRIPTION_MISSING: {
    status: 404,
    message: {
      en: 'There is no subscription {subscription}.',
      'zh-CN': '订阅 {subscription} 不存在。',
    },
    cure: {
      en: 'List them with GET /v1/subscriptions.',
      'zh-CN': '请通过 GET /v1/subscriptions 查询。',
    },
  },
  SUBSCRIPTION_STOPPED_BY_OPERATOR: {
    status: 403,
    message: {
      en: 'The subscription {subscription} was suspended by the operator or the owner of the service.',
      'zh-CN': '订阅 {subscription} 已被运营者或服务所有者暂停。',
    },
    cure: {
      en: 'Ask them to resume it.',
      'zh-CN': '请联系其恢复。',
    },
  },
  SUBSCRIPTION_SUSPENDED: {
    status: 403,
    message: {
      en: 'The subscription {subscription} is suspended.',
      'zh-CN': '订阅 {subscription} 已暂停。',
    },
    cure: {
      en: "Ask the tenant's admin to resume it.",
      'zh-CN': '请联系租户管理员恢复。',
    },
  },
  TENANT_EXISTS: {
    status: 409,
    message: {
      en: 'The tenant {tenant} exists already.',
      'zh-CN': '租户 {tenant} 已存在。',
    },
    cure: {
      en: 'Choose another id.',
      'zh-CN': '请选择其他 id。',
    },
  },
  TENANT_MISSING: {
    status: 404,
    message: {
      en: 'There is no tenant {tenant}.',
      'zh-CN': '租户 {tenant} 不存在。',
    },
    cure: {
      en: 'Make it with POST /v1/tenants, or correct the name.',
      'zh-CN': '请通过 POST /v1/tenants 创建，或更正名称。',
    },
  },
  TERMS_NOT_ACCEPTED: {
    status: 409,
    message: {
      en: '{plugin}@{version} has terms that nobody has accepted on this host yet: {hash}.',
      'zh-CN': '{plugin}@{version} 的条款尚未在此主机上被接受：{hash}。',
    },
    cure: {
      en: 'Read them (signalbox plugin show {plugin}@{version}, or POST /v1/plugins/{plugin}:terms), then install with {"acceptTerms": "{hash}"}, or with --accept-terms {hash}.',
      'zh-CN':
        '请阅读条款（signalbox plugin show {plugin}@{version}，或 POST /v1/plugins/{plugin}:terms），然后以 {"acceptTerms": "{hash}"} 或 --accept-terms {hash} 安装。',
    },
  },
  TIER_NOT_ALLOWED: {
    status: 403,
    message: {
      en: '{plugin}@{version} runs in the tier {tier}, which the operator has not allowed it.',
      'zh-CN': '{plugin}@{version} 使用 {tier} 层级，运营者尚未允许。',
    },
    cure: {
      en: 'Name it, with its publisher, in SIGNALBOX_TRUSTED and start the host again; or publish it for the tier sandbox.',
      'zh-CN': '请在 SIGNALBOX_TRUSTED 中写入该插件及其发布者并重启主机；或以 sandbox 层级发布。',
    },
  },
  TOKEN_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no admin token {token}.',
      'zh-CN': '租户 {tenant} 没有管理员令牌 {token}。',
    },
    cure: {
      en: 'List them with GET /v1/tenants/{tenant}/tokens.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/tokens 查询。',
    },
  },
  UDF_ANSWER_TOO_LARGE: {
    status: 413,
    message: {
      en: '{udf} of {plugin} {version} answered {reached} bytes; one answer has at most {limit}.',
      'zh-CN': '{plugin} {version} 的 {udf} 返回了 {reached} 字节，单次应答上限为 {limit}。',
    },
    cure: {
      en: 'Send fewer rows in one batch, or take the answer as an Arrow stream, which may be larger than JSON.',
      'zh-CN': '请减少每批的行数，或以 Arrow 流接收应答，其上限高于 JSON。',
    },
  },
  UDF_MISSING: {
    status: 404,
    message: {
      en: '{plugin}@{version} provides no UDF {udf}.',
      'zh-CN': '{plugin}@{version} 不提供 UDF {udf}。',
    },
    cure: {
      en: 'GET /v1/udfs lists what there is.',
      'zh-CN': '请通过 GET /v1/udfs 查看可用的 UDF。',
    },
  },
  UDF_ROWS_TOO_MANY: {
    status: 413,
    message: {
      en: 'The batch for {udf} of {plugin} {version} has {reached} rows; the limit is {limit}.',
      'zh-CN': '{plugin} {version} 的 {udf} 批次有 {reached} 行，上限为 {limit}。',
    },
    cure: {
      en: 'Send fewer rows in one batch, or send and take Arrow streams, which may have more rows than JSON.',
      'zh-CN': '请减少每批的行数，或收发 Arrow 流，其行数上限高于 JSON。',
    },
  },
  UNIT_EXISTS: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has a unit {unit} already.',
      'zh-CN': '租户 {tenant} 已有单位 {unit}。',
    },
    cure: {
      en: 'Choose another id.',
      'zh-CN': '请选择其他 id。',
    },
  },
  UNIT_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no unit {unit}.',
      'zh-CN': '租户 {tenant} 没有单位 {unit}。',
    },
    cure: {
      en: 'Make it with POST /v1/units, or correct the name.',
      'zh-CN': '请通过 POST /v1/units 创建，或更正名称。',
    },
  },
  VERSION_MISSING: {
    status: 404,
    message: {
      en: 'The version {version} of {plugin} is not installed.',
      'zh-CN': '{plugin} 的版本 {version} 未安装。',
    },
    cure: {
      en: 'Install that version first, or choose one that GET /v1/plugins/{plugin} lists.',
      'zh-CN': '请先安装该版本，或选择 GET /v1/plugins/{plugin} 列出的版本。',
    },
  },
  VERSION_BLOCKED: {
    status: 503,
    message: {
      en: '{plugin}@{version} was blocked by the marketplace and is run nowhere: {reason}',
      'zh-CN': '{plugin}@{version} 已被应用市场封禁，不再运行：{reason}',
    },
    cure: {
      en: 'Where a version before it can take over, it has; else the operator installs another and promotes its rollout.',
      'zh-CN': '若有可接替的前一版本，已自动切换；否则请运维人员安装其他版本并完成其灰度发布。',
    },
  },
  VERSION_NOT_READY: {
    status: 409,
    message: {
      en: '{plugin}@{version} is in state {state} and cannot serve.',
      'zh-CN': '{plugin}@{version} 处于 {state} 状态，无法提供服务。',
    },
    cure: {
      en: 'Look at its fault with GET /v1/plugins/{plugin} and install it again.',
      'zh-CN': '请通过 GET /v1/plugins/{plugin} 查看故障后重新安装。',
    },
  },
  AUTHOR_KEY_REVOKED: {
    status: 409,
    message: {
      en: '{plugin}@{version} is signed by a key of its author that was revoked as of {at}, before its marketplace saw the signature, and is not installed anew.',
      'zh-CN':
        '{plugin}@{version} 所用的作者密钥自 {at} 起已被吊销，早于应用市场收到该签名的时间，不再新安装。',
    },
    cure: {
      en: 'Take a version from before, or ask its publisher for one that is signed by a key that is good. What is installed goes on; whether it should, is for its operator to judge.',
      'zh-CN':
        '请改用更早的版本，或请发布者用有效密钥签名后重新发布。已安装的版本继续运行，是否停用由运营者判断。',
    },
  },
  VERSION_WITHDRAWN: {
    status: 409,
    message: {
      en: '{plugin}@{version} is {state} and is not installed or rolled out anew: {reason}',
      'zh-CN': '{plugin}@{version} 处于 {state} 状态，不再新安装或发布：{reason}',
    },
    cure: {
      en: 'Take another version: npm view {plugin} versions. What runs a yanked version goes on running it.',
      'zh-CN': '请改用其他版本：npm view {plugin} versions。已在运行被撤回版本的主机不受影响。',
    },
  },
})
