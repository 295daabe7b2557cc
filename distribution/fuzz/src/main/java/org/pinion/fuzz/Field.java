package org.pinion.fuzz;

/**
 * A field of a request's structure.
 *
 * @param name as in the kernel's header
 * @param offset where it begins, bytes
 * @param width bytes
 * @param file whether the kernel puts a new file descriptor there
 */
record Field(String name, int offset, int width, boolean file) {}
