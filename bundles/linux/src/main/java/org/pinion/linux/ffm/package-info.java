/**
 * The kernel of the machine, called through Java's foreign function interface: no JNI, no C. The C library is taken
 * as it is, so that its variadic calls and its {@code errno} are all that has to be known of the platform.
 */
package org.pinion.linux.ffm;
