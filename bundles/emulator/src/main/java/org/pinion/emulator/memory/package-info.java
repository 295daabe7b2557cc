/**
 * The memory of the process: sparse memory that is really there, the list of its mappings, and what is charged for
 * pins.
 */
package org.pinion.emulator.memory;
