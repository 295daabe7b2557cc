package org.pinion.doctor.facts;

/**
 * The pool of huge pages of one size.
 *
 * @param size bytes of a page
 * @param total how many the pool has
 * @param free how many of them nobody uses
 * @param directory where this was read
 */
public record HugePages(long size, long total, long free, String directory) {}
