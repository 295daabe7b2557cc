package org.pinion.memory.vma;

/**
 * What is to be said of a memory area, without the addresses at which it shows.
 *
 * @param name a trait's name
 * @param value a trait's value, empty for a plain statement
 * @param evidence how it is known
 */
record Statement(String name, String value, String evidence) {}
