/** Milliseconds of the processor that something takes, which a busy machine does not stretch as it stretches the clock. */
export const milliseconds = (work: () => unknown): number => {
  const started = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(started)
  return (system + user) / 1000
}
