/**
 * The IOMMU of a VFIO container (drivers/vfio/vfio_iommu_type1.c): mappings, the groups that use them, which addresses
 * those leave, and which pages were written.
 */
package org.pinion.emulator.type1;
