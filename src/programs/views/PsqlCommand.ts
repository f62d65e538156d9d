/** The command with which a person opens a database that listens on a socket. */
export const of = ({
  database,
  host,
  username
}: {
  readonly host?: string | undefined
  readonly username?: string | undefined
  readonly database?: string | undefined
}): string => `psql -h ${host} -U ${username} ${database}`
