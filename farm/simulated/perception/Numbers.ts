/** Small arithmetic of the simulated models. */

/** The probability that belongs to log-odds. */
export const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds))

/** The value with so many digits after the point, as services round before they reply. */
export const decimals = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
