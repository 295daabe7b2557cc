/**
 * A {@link org.pinion.linux.Kernel} in plain Java, for machines without an IOMMU and for tests: it executes the same
 * requests as Linux with the same rules. Nothing is exported; other bundles see the service.
 */
package org.pinion.emulator;
