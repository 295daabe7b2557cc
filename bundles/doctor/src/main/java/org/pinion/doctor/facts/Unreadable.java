package org.pinion.doctor.facts;

/**
 * A file that is there and could not be read.
 *
 * @param path the file
 * @param why what reading it came to
 */
public record Unreadable(String path, String why) {}
