package org.pinion.shell.report;

import org.pinion.api.Mapping;

/**
 * An installed mapping and the name of its bytes.
 *
 * @param mapping the mapping
 * @param bytes what a device finds there, in the guest's terms, such as {@code pc.ram @0x100000}
 */
public record TableRow(Mapping mapping, String bytes) {}
