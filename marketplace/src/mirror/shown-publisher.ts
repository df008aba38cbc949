/**
 * A publisher as people are shown it: of another marketplace, whose accounts are not this one's, with where from. No
 * account here has an `@` in its name. SQL over package_versions. @param table its alias, with a dot, where it has one
 */
export function shownPublisher(table = ''): string {
  return `${table}publisher || coalesce('@' || ${table}mirrored_from, '')`
}
