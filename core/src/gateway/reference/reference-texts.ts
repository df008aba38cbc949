import type { Language } from '@signalbox/sdk/errors'

const en = {
  title: 'API of this host',
  about:
    'Everything that the host itself answers. Data services have pages of their own: /catalog/ and the id.',
  document: 'OpenAPI document',
  filter: 'Find',
  token: 'Token or key',
  tokenKept:
    'It stays in the memory of this page: a reload forgets it. Without it your session reads; to change something, paste a token.',
  none: 'Nothing is called that.',
  lost: 'The host does not answer.',
  noScript: 'This page needs JavaScript.',
  parameter: 'Parameter',
  where: 'In',
  required: 'required',
  schema: 'Schema',
  body: 'Body',
  send: 'Send',
  sure: 'This is a real request, and may change things.',
  noJson: 'This is no JSON.',
}

type ReferenceTexts = typeof en

/** Both languages of the page have the same texts: the type says so. */
export const referenceTexts: Readonly<Record<Language, ReferenceTexts>> = {
  en,
  'zh-CN': {
    title: '本主机的 API',
    about: '主机自身提供的全部接口。数据服务有各自的页面：/catalog/ 加服务编号。',
    document: 'OpenAPI 文档',
    filter: '查找',
    token: '令牌或密钥',
    tokenKept:
      '仅保留在本页面的内存中，刷新后即消失。未填写时以您的登录会话读取；要更改数据，请粘贴令牌。',
    none: '没有匹配的接口。',
    lost: '主机没有响应。',
    noScript: '本页面需要 JavaScript。',
    parameter: '参数',
    where: '位置',
    required: '必填',
    schema: '结构定义',
    body: '请求体',
    send: '发送',
    sure: '这是真实请求，可能会更改数据。',
    noJson: '这不是合法的 JSON。',
  },
}
