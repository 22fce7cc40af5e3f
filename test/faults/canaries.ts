import type { Canary } from './canary.js';
import { FLOW_CANARIES } from './flow-canaries.js';
import { MEMORY_CANARIES } from './memory-canaries.js';
import { PART_CANARIES } from './part-canaries.js';
import { TEXT_CANARIES } from './text-canaries.js';

/** All broken firmwares that the fuzz has to detect. */
export const CANARIES: readonly Canary[] = [...FLOW_CANARIES, ...MEMORY_CANARIES, ...PART_CANARIES, ...TEXT_CANARIES];
