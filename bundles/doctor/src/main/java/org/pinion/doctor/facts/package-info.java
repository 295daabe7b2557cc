/**
 * What was read about the host: values, and the readers that get them through a {@link org.pinion.linux.Kernel}. A
 * reader never fails: a file that cannot be read is noted, and the fact is left out.
 */
package org.pinion.doctor.facts;
