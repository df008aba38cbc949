import type { ChangeCode } from './changes.ts'

export interface Words {
  readonly en: string
  readonly 'zh-CN': string
}

/** What a change means for whoever reads the document. */
export const changeWords: Readonly<Record<ChangeCode, Words>> = {
  PROOF_ADDED: { en: 'Proofs for the long term were added.', 'zh-CN': '添加了长期验证证明。' },
  TIMESTAMPED: { en: 'The document was time-stamped.', 'zh-CN': '文档加盖了时间戳。' },
  SIGNED: { en: 'A field was signed.', 'zh-CN': '签名域已签署。' },
  FIELD_FILLED: { en: 'A form field was filled in.', 'zh-CN': '填写了表单域。' },
  SIGNATURE_FIELD_ADDED: { en: 'A field to sign was added.', 'zh-CN': '添加了签名域。' },
  EXTENSION_ADDED: {
    en: 'The version of the format was raised.',
    'zh-CN': '声明了更高的格式版本。',
  },
  METADATA_CHANGED: { en: 'The metadata changed.', 'zh-CN': '元数据有更改。' },
  ANNOTATION_ADDED: {
    en: 'A note was added; it may cover the text.',
    'zh-CN': '添加了批注，可能遮盖正文。',
  },
  ANNOTATION_CHANGED: { en: 'A note was changed.', 'zh-CN': '批注被更改。' },
  ANNOTATION_REMOVED: { en: 'A note was removed.', 'zh-CN': '批注被删除。' },
  APPEARANCE_WITHOUT_VALUE: {
    en: 'A field shows something else, though nobody filled it in.',
    'zh-CN': '表单域的值未变，但显示内容被更改。',
  },
  BYTES_AFTER_END: {
    en: 'Bytes stand behind the end of the file.',
    'zh-CN': '文件结束后仍有数据。',
  },
  CATALOG_CHANGED: { en: 'The frame of the document changed.', 'zh-CN': '文档目录有更改。' },
  CATALOG_SWAPPED: {
    en: 'The document was exchanged for another one in the same file.',
    'zh-CN': '文档目录被替换为另一个。',
  },
  CONTENT_CHANGED: { en: 'The content of a page changed.', 'zh-CN': '页面内容被更改。' },
  DOCUMENT_TITLE_CHANGED: {
    en: 'Title, author or the like changed.',
    'zh-CN': '标题、作者等信息被更改。',
  },
  ENCRYPTION_CHANGED: { en: 'The encryption changed.', 'zh-CN': '加密设置被更改。' },
  FIELD_ADDED: { en: 'A form field was added.', 'zh-CN': '添加了表单域。' },
  FIELD_CHANGED: {
    en: 'A form field changed in place, look or behaviour.',
    'zh-CN': '表单域的位置、外观或行为被更改。',
  },
  FIELD_REMOVED: { en: 'A form field was removed.', 'zh-CN': '表单域被删除。' },
  FORM_CHANGED: { en: 'The settings of the form changed.', 'zh-CN': '表单设置被更改。' },
  HISTORY_REWRITTEN: {
    en: 'The file leads no longer to what was signed.',
    'zh-CN': '文件的修订历史被改写，不再指向已签内容。',
  },
  LAYERS_CHANGED: { en: 'Layers were shown or hidden.', 'zh-CN': '图层的显示或隐藏被更改。' },
  OBJECT_CHANGED: { en: 'An object of the document changed.', 'zh-CN': '文档对象被更改。' },
  PAGE_ADDED: { en: 'A page was added.', 'zh-CN': '添加了页面。' },
  PAGE_CHANGED: {
    en: 'A page was cut, turned or changed otherwise.',
    'zh-CN': '页面被裁切、旋转或作其他更改。',
  },
  PAGE_REMOVED: { en: 'A page was removed.', 'zh-CN': '页面被删除。' },
  PROOF_REMOVED: {
    en: 'Proofs for the long term were taken out.',
    'zh-CN': '长期验证证明被移除。',
  },
  RESOURCE_CHANGED: {
    en: 'A font or picture of a page changed.',
    'zh-CN': '页面的字体或图像被更改。',
  },
  SCRIPT_CHANGED: {
    en: 'A script or an action was added or changed.',
    'zh-CN': '添加或更改了脚本或动作。',
  },
  SIGNATURE_REMOVED: {
    en: 'The signature was taken out, or moved to another field.',
    'zh-CN': '该签名已被移除或移到其他签名域。',
  },
  SIGNED_FIELD_CHANGED: { en: 'A signed field was changed.', 'zh-CN': '已签署的签名域被更改。' },
  UNREADABLE: {
    en: 'A revision cannot be read, so that nobody can say what changed.',
    'zh-CN': '存在无法读取的修订，无法判断更改内容。',
  },
  WIDGET_WITHOUT_FIELD: {
    en: 'Something that looks like a form field lies over a page.',
    'zh-CN': '页面上覆盖了不属于表单的控件。',
  },
}
