import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around who somebody is and what he may do. */
export const identityErrors = {
  ASSIGNMENT_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no role assignment {assignment}.',
      'zh-CN': '租户 {tenant} 没有角色分配 {assignment}。',
    },
    cure: {
      en: 'List them with GET /v1/role-assignments.',
      'zh-CN': '请通过 GET /v1/role-assignments 查看。',
    },
  },
  API_TOKEN_LIMIT: {
    status: 409,
    message: {
      en: 'The owner has {limit} good tokens already.',
      'zh-CN': '所有者已有 {limit} 个有效令牌。',
    },
    cure: {
      en: 'Revoke one that is not used any more: GET /v1/tokens tells when each was last used.',
      'zh-CN': '请吊销不再使用的令牌：GET /v1/tokens 会显示各令牌的最近使用时间。',
    },
  },
  CHANGED_MEANWHILE: {
    status: 412,
    message: {
      en: 'It was changed or removed since it was read.',
      'zh-CN': '自读取以来，该内容已被更改或删除。',
    },
    cure: {
      en: 'Read it again, and send If-Match with the ETag that comes with it.',
      'zh-CN': '请重新读取，并在 If-Match 中携带返回的 ETag。',
    },
  },
  CODE_REFUSED: {
    status: 401,
    message: {
      en: 'The code is wrong, too old, or was used before.',
      'zh-CN': '验证码错误、已过期或已被使用。',
    },
    cure: {
      en: 'Wait for the next code of the authenticator app and check its clock, or use a recovery code.',
      'zh-CN': '请等待验证器应用生成下一个验证码并检查其时钟，或使用恢复码。',
    },
  },
  CROSS_SITE_REFUSED: {
    status: 403,
    message: {
      en: 'A request by cookie that changes something has to come from a page of this host.',
      'zh-CN': '通过 Cookie 发出的更改请求必须来自本主机的页面。',
    },
    cure: {
      en: 'Send the csrfToken of the sign-in or of GET /v1/me as the header X-CSRF-Token, from the same origin; SIGNALBOX_PUBLIC_URL names it. Programs use an API token instead.',
      'zh-CN':
        '请从同一来源（由 SIGNALBOX_PUBLIC_URL 指定）发送请求，并将登录或 GET /v1/me 返回的 csrfToken 放入标头 X-CSRF-Token。程序请改用 API 令牌。',
    },
  },
  HAND_OUT_REFUSED: {
    status: 403,
    message: {
      en: 'Nobody gives more than he has: {what} holds what {principal} does not.',
      'zh-CN': '不能授予自己没有的权限：{what} 包含 {principal} 不具备的权限。',
    },
    cure: {
      en: 'Ask an admin of the whole tenant.',
      'zh-CN': '请联系整个租户的管理员。',
    },
  },
  HOLDER_MISSING: {
    status: 404,
    message: {
      en: 'The position {position} has no holder {holder}.',
      'zh-CN': '岗位 {position} 没有任职记录 {holder}。',
    },
    cure: {
      en: 'List them with GET /v1/positions/{position}/holders.',
      'zh-CN': '请通过 GET /v1/positions/{position}/holders 查看。',
    },
  },
  IMPORT_INVALID: {
    status: 422,
    message: {
      en: 'The files have {count} faults; nothing was changed.',
      'zh-CN': '文件中有 {count} 处错误；未做任何更改。',
    },
    cure: {
      en: 'Correct the lines named in errors[], at most the first 100, and send the files again.',
      'zh-CN': '请更正 errors[] 中列出的行（最多显示前 100 处），然后重新发送文件。',
    },
  },
  OPERATOR_TOKEN_REFUSED: {
    status: 401,
    message: {
      en: "This is not the operator's token of this host.",
      'zh-CN': '这不是本主机的运营者令牌。',
    },
    cure: {
      en: 'Take the one of SIGNALBOX_ADMIN_TOKEN, or of the file admin-token in SIGNALBOX_HOME.',
      'zh-CN': '请使用 SIGNALBOX_ADMIN_TOKEN 的值，或 SIGNALBOX_HOME 中 admin-token 文件里的令牌。',
    },
  },
  PASSWORD_REFUSED: {
    status: 422,
    message: {
      en: 'The new password cannot be taken.',
      'zh-CN': '新密码不可用。',
    },
    cure: {
      en: 'Choose at least 15 characters, such as four or five words that do not belong together; errors[] names the reason.',
      'zh-CN': '请至少使用 15 个字符，例如四五个互不相关的词语；原因见 errors[]。',
    },
  },
  PASSWORD_WRONG: {
    status: 403,
    message: {
      en: 'The present password is wrong.',
      'zh-CN': '当前密码错误。',
    },
    cure: {
      en: 'Type it again, or sign out and have it reset.',
      'zh-CN': '请重新输入，或退出登录后重置密码。',
    },
  },
  POSITION_IN_USE: {
    status: 409,
    message: {
      en: 'The position {position} is held now or later. Users: {holders}.',
      'zh-CN': '岗位 {position} 现在或将来由 {holders} 名用户担任。',
    },
    cure: {
      en: 'List them with GET /v1/positions/{position}/holders; give each an end, or undo it.',
      'zh-CN':
        '请通过 GET /v1/positions/{position}/holders 查看，然后为每条任职记录设置结束时间或将其撤销。',
    },
  },
  POSITION_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no position {position}.',
      'zh-CN': '租户 {tenant} 没有岗位 {position}。',
    },
    cure: {
      en: 'Make it with PUT /v1/positions/{position}.',
      'zh-CN': '请通过 PUT /v1/positions/{position} 创建。',
    },
  },
  ROLE_BUILT_IN: {
    status: 409,
    message: {
      en: 'The role {role} belongs to the host and is the same in every tenant.',
      'zh-CN': '角色 {role} 由主机内置，在所有租户中相同。',
    },
    cure: {
      en: 'Make a role with another id.',
      'zh-CN': '请使用其他 id 创建角色。',
    },
  },
  ROLE_IN_USE: {
    status: 409,
    message: {
      en: 'Somebody in {tenant} has the role {role}, or a position carries it.',
      'zh-CN': '{tenant} 中有人拥有角色 {role}，或有岗位携带该角色。',
    },
    cure: {
      en: 'Take it from them first: GET /v1/role-assignments?role={role} and GET /v1/positions.',
      'zh-CN': '请先解除：GET /v1/role-assignments?role={role} 与 GET /v1/positions。',
    },
  },
  ROLE_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no role {role}.',
      'zh-CN': '租户 {tenant} 没有角色 {role}。',
    },
    cure: {
      en: 'List them with GET /v1/roles.',
      'zh-CN': '请通过 GET /v1/roles 查看。',
    },
  },
  SECOND_FACTOR_EXISTS: {
    status: 409,
    message: {
      en: 'A second factor is set up already.',
      'zh-CN': '已设置第二因素。',
    },
    cure: {
      en: 'Remove it first with POST /v1/me/totp:remove.',
      'zh-CN': '请先通过 POST /v1/me/totp:remove 移除。',
    },
  },
  SECOND_FACTOR_MISSING: {
    status: 409,
    message: {
      en: 'No second factor is set up, or it waits for its first code.',
      'zh-CN': '尚未设置第二因素，或正等待首个验证码确认。',
    },
    cure: {
      en: 'Begin with POST /v1/me/totp.',
      'zh-CN': '请从 POST /v1/me/totp 开始。',
    },
  },
  SESSION_MISSING: {
    status: 404,
    message: {
      en: 'There is no live session {session} of yours.',
      'zh-CN': '您没有有效会话 {session}。',
    },
    cure: {
      en: 'List them with GET /v1/sessions.',
      'zh-CN': '请通过 GET /v1/sessions 查看。',
    },
  },
  SIGN_IN_BLOCKED: {
    status: 429,
    message: {
      en: 'Too many wrong attempts: the next one is looked at in {seconds} s.',
      'zh-CN': '错误尝试过多：{seconds} 秒后方可再次尝试。',
    },
    cure: {
      en: 'Wait for the seconds in Retry-After; attempts in between are not counted. Who has forgotten the password has it reset.',
      'zh-CN': '请等待 Retry-After 指定的秒数；期间的尝试不计入。忘记密码请重置。',
    },
  },
  SIGN_IN_REFUSED: {
    status: 401,
    message: {
      en: 'Company, login and password do not belong together.',
      'zh-CN': '租户、登录名与密码不匹配。',
    },
    cure: {
      en: 'Type them again, have the password reset, or ask an admin whether the account is active.',
      'zh-CN': '请重新输入、重置密码，或向管理员确认账户是否处于启用状态。',
    },
  },
  TICKET_INVALID: {
    status: 410,
    message: {
      en: 'The link or step is used, replaced by a newer one, or too old.',
      'zh-CN': '该链接或步骤已被使用、已被更新的取代或已过期。',
    },
    cure: {
      en: 'Begin again: sign in, have the password reset, or ask an admin for a new invitation.',
      'zh-CN': '请重新开始：登录、重置密码，或向管理员索取新的邀请。',
    },
  },
  TIME_ZONE_UNKNOWN: {
    status: 422,
    message: {
      en: 'The host knows no time zone {timeZone}.',
      'zh-CN': '主机不认识时区 {timeZone}。',
    },
    cure: {
      en: 'Take a name of the IANA time zone database, such as Asia/Shanghai.',
      'zh-CN': '请使用 IANA 时区数据库中的名称，例如 Asia/Shanghai。',
    },
  },
  UNIT_CYCLE: {
    status: 409,
    message: {
      en: 'The unit {unit} cannot stand below {parent}, which stands below it.',
      'zh-CN': '单元 {unit} 不能置于其下级 {parent} 之下。',
    },
    cure: {
      en: 'Choose a parent outside of its own branch.',
      'zh-CN': '请选择其自身分支之外的上级。',
    },
  },
  UNIT_IN_USE: {
    status: 409,
    message: {
      en: 'The unit {unit} is not empty. Units: {units}, users: {users}, positions: {positions}, role assignments: {assignments}, apps: {apps}.',
      'zh-CN':
        '单元 {unit} 不为空。下级单元：{units}，用户：{users}，岗位：{positions}，角色分配：{assignments}，应用：{apps}。',
    },
    cure: {
      en: 'Move or remove them first: GET /v1/users, /v1/positions and /v1/role-assignments take ?unit={unit}. Of an app the unit stays as it was made; then keep the unit, under another name or parent.',
      'zh-CN':
        '请先移动或删除它们：GET /v1/users、/v1/positions 与 /v1/role-assignments 均支持 ?unit={unit}。应用所属单元创建后不可更改；此时请保留该单元，可更改其名称或上级。',
    },
  },
  UNIT_TOO_DEEP: {
    status: 409,
    message: {
      en: 'Units stand at most {limit} deep.',
      'zh-CN': '单元最多 {limit} 层。',
    },
    cure: {
      en: 'Choose a parent further up.',
      'zh-CN': '请选择更上层的上级。',
    },
  },
  USER_COMMAND_REFUSED: {
    status: 409,
    message: {
      en: 'The user {user} is {state}: {command} does not apply.',
      'zh-CN': '用户 {user} 处于 {state} 状态：不适用 {command}。',
    },
    cure: {
      en: 'GET /v1/users/{user} tells the state; the states are in core/docs/identity.md.',
      'zh-CN': '请通过 GET /v1/users/{user} 查看状态；状态说明见 core/docs/identity.md。',
    },
  },
  USER_EXISTS: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has a user with the login {login} already.',
      'zh-CN': '租户 {tenant} 已有登录名为 {login} 的用户。',
    },
    cure: {
      en: 'Choose another login.',
      'zh-CN': '请选择其他登录名。',
    },
  },
  USER_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no user {user}.',
      'zh-CN': '租户 {tenant} 没有用户 {user}。',
    },
    cure: {
      en: 'List them with GET /v1/users.',
      'zh-CN': '请通过 GET /v1/users 查看。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
