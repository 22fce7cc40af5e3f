/** How the process ends, after sysexits.h, so that a supervisor and a technician can distinguish the cases. */
export const exitCode = {
  /** Done, or stopped on request. */
  done: 0,
  /** Wrong usage or configuration: a restart does not help. */
  usage: 64,
  /** A required device or service is missing. */
  unavailable: 69,
  /** A bug: an assertion failed. */
  bug: 70,
  /** The flash failed: a restart or a new card may help. */
  flash: 74,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
