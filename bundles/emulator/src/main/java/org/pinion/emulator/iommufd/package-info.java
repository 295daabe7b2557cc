/** {@code /dev/iommu}: the objects of one iommufd, their address spaces, and the rules of drivers/iommu/iommufd. */
package org.pinion.emulator.iommufd;
