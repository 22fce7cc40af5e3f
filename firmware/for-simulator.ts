/*
 * What the simulator may use of the firmware: the terminal itself, and what simulated worlds, the oracle and the bench read,
 * compare and show. Nothing that runs on a board imports this file.
 */
export type { Book } from '../flows/book.js';
export type { CallAnswer } from '../flows/call-answer.js';
export { customerText } from '../flows/customer-texts.js';
export { minorUnits } from '../flows/minor-units.js';
export { formatMoney, type Money } from '../flows/money.js';
export { present } from '../flows/present.js';
export type { Reversal } from '../flows/reversal.js';
export { isOpen, type Sale } from '../flows/sale.js';
export { type View, view } from '../flows/view.js';
export { API_LISTENING } from './api/api-contract.js';
export type { ReversalView, SaleView, StatusView } from './api/output-schemas.js';
export type { CommandInput } from './commands/command-table.js';
export { queueLines } from './commands/queue/queue-lines.js';
export type { CutOffView } from './commands/queue/queue-source.js';
export { settleOnCard } from './commands/queue/settle-on-card.js';
export { type CardView, viewCard } from './commands/queue/view-card.js';
export type { Config } from './config/config.js';
export { loadConfig, type TerminalSettings } from './config/load-config.js';
export { configDefault } from './config/variables.js';
export { replayFile } from './incident/replay-file.js';
export { type BookReading, readCard } from './journal/read-card.js';
export { createTerminal, type Terminal } from './terminal/terminal.js';
export type { TerminalParts } from './terminal/terminal-parts.js';
