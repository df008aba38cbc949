import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around permissions: declaring them, and calling what needs one. */
export const permissionErrors = {
  OPERATION_NOT_FOR_USERS: {
    status: 403,
    message: {
      en: 'The operation {operation} of {service} names no permission: users cannot call it.',
      'zh-CN': '{service} 的操作 {operation} 未声明所需权限，用户无法调用。',
    },
    cure: {
      en: 'Call it from an app with a subscription, or have its author say in the contract what it requires.',
      'zh-CN': '请由已订阅的应用调用，或请其作者在契约中声明 requires。',
    },
  },
  PERMISSION_MISSING: {
    status: 403,
    message: {
      en: 'The operation {operation} of {service} needs the permission {permission}.',
      'zh-CN': '{service} 的操作 {operation} 需要权限 {permission}。',
    },
    cure: {
      en: 'Ask an admin of the tenant for a role that holds it, over the whole tenant unless the operation asks for a unit only.',
      'zh-CN': '请向租户管理员申请包含该权限的角色；除非该操作只要求单元范围，否则须覆盖整个租户。',
    },
  },
  PERMISSION_TAKEN: {
    status: 409,
    message: {
      en: 'The permission {permission} belongs to {owner}, which declared it first.',
      'zh-CN': '权限 {permission} 属于最先声明它的 {owner}。',
    },
    cure: {
      en: 'Choose an id of your own, such as one that begins with the name of your company.',
      'zh-CN': '请使用自己的权限标识，例如以公司名开头。',
    },
  },
  UNITS_TOO_MANY: {
    status: 403,
    message: {
      en: 'Your roles reach {count} units here; a data service is told of {limit} at most.',
      'zh-CN': '您的角色在此覆盖 {count} 个单元；数据服务最多接受 {limit} 个。',
    },
    cure: {
      en: 'Ask an admin of the tenant for the role over the whole tenant, or over a smaller unit.',
      'zh-CN': '请向租户管理员申请覆盖整个租户或较小单元的角色。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
