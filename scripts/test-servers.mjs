/**
 * Sees to what the tests need besides Node: PostgreSQL on port 5432, RabbitMQ on port 5672, Chromium, openssl.
 *
 * What answers is used as it is. What is missing is installed from Debian's packages and started where that is possible
 * (Debian or Ubuntu, as root or with sudo); elsewhere this fails and says what to start.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { connect } from "node:net"

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 2000 })
    const end = (answer) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.on("connect", end(true)).on("error", end(false)).on("timeout", end(false))
  })

const untilItAnswers = async (port, seconds) => {
  for (let waited = 0; waited < seconds; waited++) {
    if (await answers(port)) return true
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  return false
}

const isRoot = process.getuid?.() === 0
const sudo = isRoot ? [] : ["sudo", "-n"]
const run = (command, ...args) => {
  const [program, ...rest] = [...sudo, command, ...args]
  execFileSync(program, rest, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  })
}
const canInstall = () => spawnSync([...sudo, "apt-get"][0], [...sudo, "apt-get", "--version"].slice(1)).status === 0

let isListUpdated = false
const install = (...packages) => {
  if (!canInstall()) return
  console.log(`Installing ${packages.join(", ")} for the tests`)
  if (!isListUpdated) run("apt-get", "update", "-qq")
  isListUpdated = true
  run("apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages)
}

const isProgram = (name) => spawnSync(name, ["version"]).status === 0

const asUser = (user, ...command) => run("runuser", "-u", user, "--", ...command)

const needs = [
  {
    name: "PostgreSQL on 127.0.0.1:5432 (user postgres, without a password)",
    isThere: () => process.env.TEST_DATABASE_URL !== undefined || answers(5432),
    remedy: "docker compose up -d postgres, or set TEST_DATABASE_URL",
    provide: async () => {
      install("postgresql")
      asUser("postgres", "bash", "-c", "sed -i 's/scram-sha-256/trust/' /etc/postgresql/*/main/pg_hba.conf")
      run("bash", "-c", "pg_ctlcluster --skip-systemctl-redirect $(ls /etc/postgresql) main restart")
      return untilItAnswers(5432, 30)
    }
  },
  {
    name: "RabbitMQ on 127.0.0.1:5672 (guest/guest)",
    isThere: () => process.env.AMQP_URL !== undefined || answers(5672),
    remedy: "docker compose up -d rabbitmq, or set AMQP_URL",
    provide: async () => {
      install("rabbitmq-server")
      run("bash", "-c", "rabbitmqctl await_startup --timeout 5 || rabbitmq-server -detached")
      return untilItAnswers(5672, 60)
    }
  },
  {
    name: "PgBouncer",
    isThere: async () => existsSync("/usr/sbin/pgbouncer"),
    remedy: "install it as /usr/sbin/pgbouncer",
    provide: async () => {
      install("pgbouncer")
      return existsSync("/usr/sbin/pgbouncer")
    }
  },
  {
    name: "promtool and systemd-analyze",
    isThere: async () => existsSync("/usr/bin/promtool") && existsSync("/usr/bin/systemd-analyze"),
    remedy: "install Prometheus and systemd",
    provide: async () => {
      install("prometheus", "systemd")
      return existsSync("/usr/bin/promtool")
    }
  },
  {
    name: "Chromium",
    isThere: async () => existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium"),
    remedy: "install it, and set CHROMIUM to its path if that is not /usr/bin/chromium",
    provide: async () => {
      install("chromium", "fonts-noto-color-emoji")
      return existsSync("/usr/bin/chromium")
    }
  },
  {
    name: "openssl",
    isThere: () => isProgram("openssl"),
    remedy: "install it",
    provide: () => {
      install("openssl")
      return isProgram("openssl")
    }
  }
]

const missing = []
for (const { isThere, name, provide, remedy } of needs) {
  if (await isThere()) continue
  try {
    if (canInstall() && (await provide())) continue
  } catch (error) {
    console.error(String(error.message ?? error))
  }
  missing.push(`  - ${name}: ${remedy}`)
}
if (missing.length > 0) {
  console.error(`The tests need servers that are not there:\n${missing.join("\n")}`)
  process.exit(1)
}
