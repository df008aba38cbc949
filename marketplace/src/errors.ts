import { defineErrors } from '@signalbox/sdk/errors'

/** Every refusal of the marketplace. Alphabetical; one block an entry. */
export const marketplaceErrors = defineErrors('MKT', {
  ACCESS_FIXED: {
    status: 422,
    message: {
      en: 'Every package of this marketplace can be read by whoever reaches it.',
      'zh-CN': '此市场中的每个软件包都可被能访问市场的任何人读取。',
    },
    cure: {
      en: 'Publish without --access=restricted; who may call a plugin is decided by its grants and plans.',
      'zh-CN': '发布时请勿使用 --access=restricted；谁能调用插件由授权和套餐决定。',
    },
  },
  ADVISORY_NOT_FOUND: {
    status: 404,
    message: {
      en: 'There is no advisory {advisory} in force.',
      'zh-CN': '没有生效的安全公告 {advisory}。',
    },
    cure: {
      en: 'See those in force: GET /v1/marketplace/advisories',
      'zh-CN': '查看生效的公告：GET /v1/marketplace/advisories',
    },
  },
  APPEAL_MISSING: {
    status: 409,
    message: {
      en: '{package} was rejected, and its publisher has not appealed since.',
      'zh-CN': '{package} 已被拒绝，且发布者此后未提出申诉。',
    },
    cure: {
      en: 'Its publisher appeals: signalbox review appeal {review} --text "…"',
      'zh-CN': '由发布者申诉：signalbox review appeal {review} --text "…"',
    },
  },
  APPROVAL_REFUSED: {
    status: 422,
    message: {
      en: 'The signed decision on {package} is not accepted: it {reason}.',
      'zh-CN': '不接受对 {package} 的签名评审结论：{reason}。',
    },
    cure: {
      en: 'Sign what "signalbox review show" says, by a key that you have registered: signalbox review approve <id> --sign, or reject',
      'zh-CN':
        '请用已登记的密钥对 "signalbox review show" 所示内容签名：signalbox review approve <id> --sign（或 reject）',
    },
  },
  APPROVAL_UNSIGNED: {
    status: 422,
    message: {
      en: '{reviewer} is held to signing, and this decision on {package} is not signed.',
      'zh-CN': '{reviewer} 被要求签名，而对 {package} 的此次评审结论未签名。',
    },
    cure: {
      en: 'npm cannot sign a decision: signalbox review approve <id> --sign, or reject',
      'zh-CN': 'npm 无法签署评审结论，请使用：signalbox review approve <id> --sign（或 reject）',
    },
  },
  ATTACHMENTS_WRONG: {
    status: 400,
    message: {
      en: 'A publish carries exactly one tarball, {expected}, and at most one .sigstore bundle.',
      'zh-CN': '一次发布只能携带一个压缩包 {expected}，以及至多一个 .sigstore 文件。',
    },
    cure: {
      en: 'Publish with stock "npm publish" (npm 9 or later).',
      'zh-CN': '请使用标准的 "npm publish"（npm 9 或更高版本）发布。',
    },
  },
  BUSY: {
    status: 503,
    message: {
      en: 'The marketplace has all its hands full.',
      'zh-CN': '市场繁忙。',
    },
    cure: {
      en: 'Try again in a few seconds; npm does so by itself.',
      'zh-CN': '请几秒后重试；npm 会自动重试。',
    },
  },
  CHECKS_FAILED: {
    status: 422,
    message: {
      en: 'The checks of {package} found {count} to correct before it can be published.',
      'zh-CN': '对 {package} 的检查发现 {count} 处必须更正的问题，更正后才能发布。',
    },
    cure: {
      en: 'Correct what errors[] names with the severity "error"; "signalbox check" finds the same without publishing.',
      'zh-CN':
        '请更正 errors[] 中 severity 为 "error" 的各项；"signalbox check" 可在不发布的情况下找出同样的问题。',
    },
  },
  CONTENT_CORRUPT: {
    status: 500,
    message: {
      en: 'The stored bytes of {package} do not match the integrity recorded at publish.',
      'zh-CN': '{package} 的存储内容与发布时记录的完整性值不符。',
    },
    cure: {
      en: 'Restore the content store from a backup; the version is not served until it matches.',
      'zh-CN': '请从备份恢复内容存储；内容一致之前不会提供该版本。',
    },
  },
  CONTRACT_BREAKING: {
    status: 422,
    message: {
      en: '{package} breaks what {previous} promised within the same major of a data service.',
      'zh-CN': '{package} 在数据服务的同一主版本内破坏了 {previous} 的承诺。',
    },
    cure: {
      en: 'Take back the changes named in errors[], or raise "major" in the contract: apps go on calling the old one.',
      'zh-CN': '请撤回 errors[] 中列出的更改，或提高契约中的 "major"：应用仍调用旧版本。',
    },
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    message: { en: 'PostgreSQL does not answer.', 'zh-CN': 'PostgreSQL 没有响应。' },
    cure: {
      en: 'Try again; if the first try was stored after all, a second publish says so.',
      'zh-CN': '请重试；如果第一次其实已写入，再次发布时会提示。',
    },
  },
  DIST_TAGS_FULL: {
    status: 422,
    message: {
      en: '{package} already has {limit} tags, which is the most.',
      'zh-CN': '{package} 已有 {limit} 个标签，达到上限。',
    },
    cure: {
      en: 'Remove one first: npm dist-tag rm {package} <tag>',
      'zh-CN': '请先删除一个：npm dist-tag rm {package} <tag>',
    },
  },
  DIST_TAG_INVALID: {
    status: 422,
    message: {
      en: '"{tag}" is not a tag name: a tag is short, URL-safe and no semver range.',
      'zh-CN': '"{tag}" 不是有效的标签名：标签应简短、可用于 URL，且不是 semver 范围。',
    },
    cure: {
      en: 'Use a word such as latest, next or lts.',
      'zh-CN': '请使用 latest、next 或 lts 之类的单词。',
    },
  },
  DIST_TAG_LATEST_FIXED: {
    status: 422,
    message: {
      en: 'The tag "latest" of {package} cannot be removed.',
      'zh-CN': '{package} 的 "latest" 标签不能删除。',
    },
    cure: {
      en: 'Point it to another version: npm dist-tag add {package}@<version> latest',
      'zh-CN': '请将其指向其他版本：npm dist-tag add {package}@<version> latest',
    },
  },
  DIST_TAG_NOT_FOUND: {
    status: 404,
    message: { en: '{package} has no tag "{tag}".', 'zh-CN': '{package} 没有标签 "{tag}"。' },
    cure: {
      en: 'See its tags: npm dist-tag ls {package}',
      'zh-CN': '查看其标签：npm dist-tag ls {package}',
    },
  },
  INPUT_INVALID: {
    status: 400,
    message: { en: 'The request is not valid.', 'zh-CN': '请求无效。' },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
  INTEGRITY_MISMATCH: {
    status: 422,
    message: {
      en: 'The tarball of {package} is not the one its {claim} tells of: the bytes give {actual}.',
      'zh-CN': '{package} 的压缩包与其 {claim} 不符：实际字节得到 {actual}。',
    },
    cure: {
      en: 'Publish again from a clean folder; if it lasts, something between you and the host changes bytes.',
      'zh-CN': '请从干净的目录重新发布；若持续出现，说明传输途中有东西改动了字节。',
    },
  },
  INTERNAL: {
    status: 500,
    message: { en: 'The marketplace failed.', 'zh-CN': '市场发生故障。' },
    cure: {
      en: 'Give the operator the trace id {traceId}: the log has the cause.',
      'zh-CN': '请将追踪号 {traceId} 告知运维人员：日志中有原因。',
    },
  },
  KEY_EXISTS: {
    status: 409,
    message: {
      en: '{publisher} has registered the key {keyid} before.',
      'zh-CN': '{publisher} 已登记过密钥 {keyid}。',
    },
    cure: {
      en: 'A key that was revoked does not come back: make another with "signalbox sign --new-key".',
      'zh-CN': '已吊销的密钥不能再次登记：请用 "signalbox sign --new-key" 生成新密钥。',
    },
  },
  KEY_INVALID: {
    status: 422,
    message: {
      en: 'That is no public key to sign packages by: an Ed25519 key as SubjectPublicKeyInfo, DER, base64.',
      'zh-CN':
        '这不是可用于签署软件包的公钥：应为 Ed25519 公钥（SubjectPublicKeyInfo，DER，base64）。',
    },
    cure: {
      en: 'Register it with "signalbox signing-key register", which reads it from the private key.',
      'zh-CN': '请用 "signalbox signing-key register" 登记，它会从私钥读取公钥。',
    },
  },
  KEY_NOT_FOUND: {
    status: 404,
    message: {
      en: '{publisher} has no key {keyid}.',
      'zh-CN': '{publisher} 没有密钥 {keyid}。',
    },
    cure: {
      en: 'See what is registered with "signalbox signing-key list".',
      'zh-CN': '请用 "signalbox signing-key list" 查看已登记的密钥。',
    },
  },
  KEY_UNENDORSED: {
    status: 403,
    message: {
      en: '{publisher} signs by a key already, and that key does not vouch for the new one.',
      'zh-CN': '{publisher} 已有签名密钥，而该密钥没有为新密钥背书。',
    },
    cure: {
      en: 'Register it where the old key is, with "signalbox signing-key register --replaces <old key file>"; when the old one is lost, ask the operator.',
      'zh-CN':
        '请在旧密钥所在处运行 "signalbox signing-key register --replaces <旧密钥文件>"；若旧密钥已丢失，请联系运营者。',
    },
  },
  KEYS_FULL: {
    status: 422,
    message: {
      en: '{publisher} has {limit} keys, the most there may be.',
      'zh-CN': '{publisher} 已有 {limit} 个密钥，达到上限。',
    },
    cure: {
      en: 'Ask the operator for another publisher account.',
      'zh-CN': '请联系运营者申请新的发布者账号。',
    },
  },
  LOGINS_FULL: {
    status: 429,
    message: {
      en: 'Too many logins are under way.',
      'zh-CN': '正在进行的登录过多。',
    },
    cure: {
      en: 'Finish one of them, or try again in some minutes; a token in .npmrc needs no login.',
      'zh-CN': '请先完成其中一个，或几分钟后重试；.npmrc 中的令牌无需登录。',
    },
  },
  LOGIN_GONE: {
    status: 404,
    message: {
      en: 'This login is unknown, used up or over.',
      'zh-CN': '此登录未知、已使用或已过期。',
    },
    cure: {
      en: 'Run npm login again and open the address that it shows.',
      'zh-CN': '请重新运行 npm login 并打开其显示的地址。',
    },
  },
  LOGIN_REFUSED: {
    status: 401,
    message: { en: 'The name or the password is wrong.', 'zh-CN': '用户名或密码错误。' },
    cure: {
      en: 'Accounts are made by the operator: ask for one, or put a token into .npmrc as _authToken.',
      'zh-CN': '账户由运维人员创建：请申请账户，或将令牌写入 .npmrc 的 _authToken。',
    },
  },
  NOT_FOUND: {
    status: 404,
    message: {
      en: 'There is no {method} {path} in this registry.',
      'zh-CN': '此注册表没有 {method} {path}。',
    },
    cure: {
      en: 'The README of the marketplace lists the npm commands it answers.',
      'zh-CN': '市场的 README 列出了支持的 npm 命令。',
    },
  },
  OPERATOR_ONLY: {
    status: 403,
    message: { en: 'Only the operator may do this.', 'zh-CN': '只有运维人员可以执行此操作。' },
    cure: {
      en: "Send the host's admin token as bearer token.",
      'zh-CN': '请以主机的管理员令牌作为 bearer 令牌发送。',
    },
  },
  ORGS_ABSENT: {
    status: 422,
    message: {
      en: 'This marketplace has no organisations and no teams: a scope belongs to one publisher.',
      'zh-CN': '此市场没有组织和团队：一个作用域属于一个发布者。',
    },
    cure: {
      en: 'Let others publish a package: npm owner add <publisher> <package>. Scopes are given by the operator.',
      'zh-CN': '允许他人发布软件包：npm owner add <publisher> <package>。作用域由运维人员授予。',
    },
  },
  OWNERS_FULL: {
    status: 422,
    message: {
      en: '{package} already has {limit} owners, which is the most.',
      'zh-CN': '{package} 已有 {limit} 个所有者，达到上限。',
    },
    cure: {
      en: 'Remove one first: npm owner rm <name> {package}',
      'zh-CN': '请先移除一个：npm owner rm <name> {package}',
    },
  },
  OWNER_FIXED: {
    status: 422,
    message: {
      en: '{publisher} holds the scope of {package} and stays its owner.',
      'zh-CN': '{publisher} 持有 {package} 的作用域，始终是其所有者。',
    },
    cure: {
      en: 'Publish under another scope, or ask the operator who should hold this one.',
      'zh-CN': '请在其他作用域下发布，或向运维人员询问此作用域的归属。',
    },
  },
  PACKAGE_MISMATCH: {
    status: 422,
    message: {
      en: 'The package.json inside the tarball is {inside}, the publish is for {package}.',
      'zh-CN': '压缩包内的 package.json 是 {inside}，而发布的是 {package}。',
    },
    cure: {
      en: 'Publish from the folder of the package itself.',
      'zh-CN': '请在软件包自身的目录中发布。',
    },
  },
  PACKAGE_NAME_INVALID: {
    status: 422,
    message: {
      en: '"{name}" is not a package name: {reason}.',
      'zh-CN': '"{name}" 不是有效的软件包名：{reason}。',
    },
    cure: {
      en: 'Use lower-case ASCII letters, digits, dots, dashes and underscores, such as @acme/quality-gate.',
      'zh-CN': '请使用小写 ASCII 字母、数字、点、短横线和下划线，例如 @acme/quality-gate。',
    },
  },
  PACKAGE_NOT_FOUND: {
    status: 404,
    message: {
      en: '{package} is not in this marketplace.',
      'zh-CN': '此市场中没有 {package}。',
    },
    cure: {
      en: 'Check the name and the version: npm search shows what is here.',
      'zh-CN': '请检查名称和版本：npm search 可列出已有软件包。',
    },
  },
  PACKAGE_UNSTORABLE: {
    status: 422,
    message: {
      en: 'A JSON file of {package} cannot be kept as it is.',
      'zh-CN': '{package} 中有 JSON 文件无法原样保存。',
    },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
  PROFILE_FIXED: {
    status: 422,
    message: {
      en: 'The {field} of {publisher} cannot be set: this marketplace keeps none, or the operator does.',
      'zh-CN': '无法设置 {publisher} 的 {field}：此市场不保存该信息，或由运维人员管理。',
    },
    cure: {
      en: 'Only the password is set by its publisher: npm profile set password',
      'zh-CN': '发布者只能设置自己的密码：npm profile set password',
    },
  },
  PUBLISHER_EXISTS: {
    status: 409,
    message: {
      en: 'The publisher {publisher} already exists.',
      'zh-CN': '发布者 {publisher} 已存在。',
    },
    cure: { en: 'Choose another name.', 'zh-CN': '请选择其他名称。' },
  },
  PUBLISHER_NOT_FOUND: {
    status: 404,
    message: { en: 'There is no publisher {publisher}.', 'zh-CN': '没有发布者 {publisher}。' },
    cure: {
      en: 'See the publishers: GET /v1/marketplace/publishers',
      'zh-CN': '查看发布者：GET /v1/marketplace/publishers',
    },
  },
  PUBLISHER_TOKEN_NOT_FOUND: {
    status: 404,
    message: {
      en: '{publisher} has no token {token} that could be revoked.',
      'zh-CN': '{publisher} 没有可撤销的令牌 {token}。',
    },
    cure: {
      en: 'See its tokens: GET /v1/marketplace/publishers/{publisher}/tokens',
      'zh-CN': '查看其令牌：GET /v1/marketplace/publishers/{publisher}/tokens',
    },
  },
  PUBLISH_FORBIDDEN: {
    status: 403,
    message: {
      en: '{publisher} may not change {package}: {reason}.',
      'zh-CN': '{publisher} 无权更改 {package}：{reason}。',
    },
    cure: {
      en: 'Publish under a scope of your own, or ask the operator for this one.',
      'zh-CN': '请在您自己的作用域下发布，或向运维人员申请此作用域。',
    },
  },
  RATING_NOT_FOUND: {
    status: 404,
    message: {
      en: '{package} has no rating {rating}.',
      'zh-CN': '{package} 没有评价 {rating}。',
    },
    cure: {
      en: 'See its ratings: GET /v1/marketplace/packages/{package}/ratings',
      'zh-CN': '查看其评价：GET /v1/marketplace/packages/{package}/ratings',
    },
  },
  REQUEST_REFUSED: {
    status: 400,
    message: { en: 'The request was refused: {reason}', 'zh-CN': '请求被拒绝：{reason}' },
    cure: { en: 'Correct the request.', 'zh-CN': '请更正请求。' },
  },
  REVIEW_CLOSED: {
    status: 409,
    message: {
      en: 'The review of {package} is decided: {status}.',
      'zh-CN': '{package} 的评审已有结论：{status}。',
    },
    cure: {
      en: 'See what was said: signalbox review show {review}. A rejection can be appealed; its number is not used again.',
      'zh-CN':
        '查看记录：signalbox review show {review}。被拒绝的版本可以申诉；其版本号不会再次使用。',
    },
  },
  REVIEW_FORBIDDEN: {
    status: 403,
    message: {
      en: '{actor} may not decide on {package}: {reason}.',
      'zh-CN': '{actor} 不能对 {package} 作出决定：{reason}。',
    },
    cure: {
      en: 'Ask another reviewer, or the operator, who appoints them.',
      'zh-CN': '请由其他评审人或运维人员处理；评审人由运维人员任命。',
    },
  },
  REVIEW_FULL: {
    status: 422,
    message: {
      en: 'The review of {package} holds {limit} entries, which is the most.',
      'zh-CN': '{package} 的评审已有 {limit} 条记录，达到上限。',
    },
    cure: {
      en: 'Decide on it, or publish the next version.',
      'zh-CN': '请作出决定，或发布下一个版本。',
    },
  },
  REVIEW_NOT_FOUND: {
    status: 404,
    message: {
      en: 'There is no review {review} that you may see.',
      'zh-CN': '不存在您可查看的评审 {review}。',
    },
    cure: {
      en: 'See those that wait: npm stage list, or signalbox review list.',
      'zh-CN': '查看等待中的评审：npm stage list 或 signalbox review list。',
    },
  },
  REVIEW_TWICE: {
    status: 409,
    message: {
      en: '{actor} has approved {package} already; it takes {needed} people.',
      'zh-CN': '{actor} 已批准过 {package}；需要 {needed} 人批准。',
    },
    cure: { en: 'Ask another reviewer.', 'zh-CN': '请由另一位评审人批准。' },
  },
  REV_STALE: {
    status: 409,
    message: {
      en: '{package} has changed: it is at {current}, the request was made for {given}.',
      'zh-CN': '{package} 已变更：当前为 {current}，请求基于 {given}。',
    },
    cure: { en: 'Read the package again and repeat.', 'zh-CN': '请重新读取软件包后再试。' },
  },
  SCOPES_FULL: {
    status: 422,
    message: {
      en: '{publisher} already has {limit} scopes, which is the most.',
      'zh-CN': '{publisher} 已有 {limit} 个作用域，达到上限。',
    },
    cure: {
      en: 'Make another publisher for this scope.',
      'zh-CN': '请为此作用域创建另一个发布者。',
    },
  },
  SCOPE_BOUND: {
    status: 409,
    message: {
      en: 'The scope {scope} comes from the marketplace {marketplace}: nothing is published under it here.',
      'zh-CN': 'scope {scope} 来自应用市场 {marketplace}：不能在此处发布。',
    },
    cure: {
      en: 'Publish it there, or under another scope. The operator unbinds a scope: signalbox marketplace unbind',
      'zh-CN': '请在该市场发布，或使用其他 scope。运营者可解除绑定：signalbox marketplace unbind',
    },
  },
  SCOPE_TAKEN: {
    status: 409,
    message: {
      en: 'The scope {scope} belongs to another publisher.',
      'zh-CN': '作用域 {scope} 属于其他发布者。',
    },
    cure: { en: 'Choose another scope.', 'zh-CN': '请选择其他作用域。' },
  },
  SIGNATURE_REFUSED: {
    status: 422,
    message: {
      en: 'The signature of {package} is not accepted: it {reason}.',
      'zh-CN': '不接受 {package} 的签名：{reason}。',
    },
    cure: {
      en: 'Sign again by a key that is registered and good: "signalbox signing-key list" shows which are.',
      'zh-CN': '请用已登记且有效的密钥重新签名："signalbox signing-key list" 可查看。',
    },
  },
  SIGNATURE_REQUIRED: {
    status: 422,
    message: {
      en: '{package} is not signed, and has to be: it is of the tier trusted, or {publisher} is held to signing.',
      'zh-CN': '{package} 未签名，但必须签名：其层级为 trusted，或 {publisher} 被要求签名。',
    },
    cure: {
      en: 'Sign it with "signalbox pack --sign" and publish with "npm publish --ignore-scripts"; "signalbox.sig" has to be in "files".',
      'zh-CN':
        '请运行 "signalbox pack --sign" 签名，再用 "npm publish --ignore-scripts" 发布；"files" 中须包含 "signalbox.sig"。',
    },
  },
  SIGNING_KEY_LOST: {
    status: 503,
    message: {
      en: 'The key that this registry signs by does not open, so that nothing can be published.',
      'zh-CN': '此注册表的签名密钥无法打开，因此无法发布。',
    },
    cure: {
      en: 'The operator puts the key it is sealed by back into SIGNALBOX_KEY_FILE, or takes a new one with POST /v1/marketplace/signing-keys:rotate {"compromised":true} and tells whoever pinned the old one.',
      'zh-CN':
        '请运营者将封存它的密钥放回 SIGNALBOX_KEY_FILE，或用 POST /v1/marketplace/signing-keys:rotate {"compromised":true} 换新密钥，并告知固定了旧密钥的各方。',
    },
  },
  SIGNING_KEYS_FULL: {
    status: 422,
    message: {
      en: 'The registry has had {limit} keys, the most there may be.',
      'zh-CN': '注册表已有 {limit} 个密钥，达到上限。',
    },
    cure: {
      en: 'Rotate less often; old keys have to stay for what they signed.',
      'zh-CN': '请降低轮换频率；旧密钥须保留以验证其签名。',
    },
  },
  STARS_FULL: {
    status: 422,
    message: {
      en: '{publisher} already has {limit} stars, which is the most.',
      'zh-CN': '{publisher} 已有 {limit} 个收藏，达到上限。',
    },
    cure: {
      en: 'Take one back first: npm unstar <package>',
      'zh-CN': '请先取消一个：npm unstar <package>',
    },
  },
  TOKENS_FULL: {
    status: 422,
    message: {
      en: '{publisher} already has {limit} tokens, which is the most.',
      'zh-CN': '{publisher} 已有 {limit} 个令牌，达到上限。',
    },
    cure: {
      en: 'Revoke those that are no longer used: npm token list, npm token revoke <id>',
      'zh-CN': '请撤销不再使用的令牌：npm token list，npm token revoke <id>',
    },
  },
  TOKEN_INVALID: {
    status: 401,
    message: {
      en: 'The token is unknown, revoked or expired.',
      'zh-CN': '令牌未知、已撤销或已过期。',
    },
    cure: {
      en: 'Log in again: npm login',
      'zh-CN': '请重新登录：npm login',
    },
  },
  TOKEN_NARROWED: {
    status: 403,
    message: {
      en: 'This token of {publisher} may not do this: {reason}.',
      'zh-CN': '{publisher} 的此令牌不能执行该操作：{reason}。',
    },
    cure: {
      en: 'Use a token without that limit: npm token create',
      'zh-CN': '请使用没有该限制的令牌：npm token create',
    },
  },
  TOKEN_REQUIRED: {
    status: 401,
    message: { en: 'This needs a bearer token.', 'zh-CN': '此操作需要 bearer 令牌。' },
    cure: {
      en: 'Log in: npm login',
      'zh-CN': '请登录：npm login',
    },
  },
  TRUST_ABSENT: {
    status: 422,
    message: {
      en: 'This marketplace trusts no workflow of another service to publish.',
      'zh-CN': '此市场不信任其他服务的工作流进行发布。',
    },
    cure: {
      en: 'Give the pipeline a token of its own: npm token create --packages=<name> --packages-and-scopes-permission=read-write --expires=90',
      'zh-CN':
        '请为流水线创建专用令牌：npm token create --packages=<name> --packages-and-scopes-permission=read-write --expires=90',
    },
  },
  UNPUBLISH_REFUSED: {
    status: 403,
    message: {
      en: '{package} cannot be unpublished: {reason}.',
      'zh-CN': '{package} 不能撤回发布：{reason}。',
    },
    cure: {
      en: 'Warn those who use it: npm deprecate {package} "<why>". Where it does harm, ask the operator to yank it.',
      'zh-CN': '请提醒使用者：npm deprecate {package} "<原因>"。若有危害，请让运维人员下架。',
    },
  },
  UNSIGNED: {
    status: 404,
    message: {
      en: 'Nothing vouches for that here: this host has no key to sign by.',
      'zh-CN': '此处没有可用的签名：该主机没有签名密钥。',
    },
    cure: {
      en: 'The operator sets SIGNALBOX_KEY_FILE; what was published before is signed at the next start.',
      'zh-CN': '请运营者设置 SIGNALBOX_KEY_FILE；此前发布的版本会在下次启动时签名。',
    },
  },
  VERSIONS_FULL: {
    status: 422,
    message: {
      en: '{package} already has {versions} versions with {mebibytes} MiB of package.json, the most one package may have.',
      'zh-CN':
        '{package} 已有 {versions} 个版本、{mebibytes} MiB 的 package.json，达到单个软件包的上限。',
    },
    cure: { en: 'Continue under a new name.', 'zh-CN': '请使用新的名称继续发布。' },
  },
  VERSION_EXISTS: {
    status: 409,
    message: {
      en: '{package} was published before; a version is never reused, not even a withdrawn one.',
      'zh-CN': '{package} 已发布过；版本号不可重复使用，即使已撤回。',
    },
    cure: {
      en: 'Raise the version in package.json and publish again.',
      'zh-CN': '请在 package.json 中提高版本号后重新发布。',
    },
  },
  VERSION_IN_REVIEW: {
    status: 409,
    message: {
      en: '{package} arrived before and waits for review {review}.',
      'zh-CN': '{package} 已收到，正在等待评审 {review}。',
    },
    cure: {
      en: 'To see what it waits for: signalbox review show {review}. To change it, raise the version and publish again.',
      'zh-CN': '查看评审：signalbox review show {review}。如需修改，请提高版本号后重新发布。',
    },
  },
  VERSION_INVALID: {
    status: 422,
    message: {
      en: '"{version}" is not a plain semver version.',
      'zh-CN': '"{version}" 不是规范的 semver 版本号。',
    },
    cure: {
      en: 'Write it as 1.2.3 or 1.2.3-beta.1, without build metadata.',
      'zh-CN': '请写成 1.2.3 或 1.2.3-beta.1，不带构建元数据。',
    },
  },
  VERSION_STATE: {
    status: 409,
    message: {
      en: '{package} is {state}: it cannot be made {wanted}.',
      'zh-CN': '{package} 当前为 {state}：无法变更为 {wanted}。',
    },
    cure: {
      en: 'See its state: npm view {package}. The life of a version is in core/docs/review.md.',
      'zh-CN': '查看其状态：npm view {package}。版本的生命周期见 core/docs/review.md。',
    },
  },
  WITHDRAWN_BY_OPERATOR: {
    status: 403,
    message: {
      en: '{package} was withdrawn by the operator: {reason}',
      'zh-CN': '{package} 已由运维人员撤回：{reason}',
    },
    cure: {
      en: 'Ask the operator, or publish a version without what was wrong.',
      'zh-CN': '请联系运维人员，或发布已修正问题的版本。',
    },
  },
})
