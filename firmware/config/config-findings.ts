/** One thing that is wrong with the configuration. */
export interface ConfigError {
  /** The variable, or the name that is not one. */
  readonly variable: string;
  /** What is wrong, to be read after the variable's name; never contains a secret's value. */
  readonly problem: string;
  /** A right value, where one can be given. */
  readonly example?: string;
}

/** Something that may be meant and mostly is not: the terminal starts with it and says so. Holds no secret. */
export interface ConfigWarning {
  readonly variable: string;
  /** To be read after the variable's name. */
  readonly problem: string;
  readonly todo: string;
}
