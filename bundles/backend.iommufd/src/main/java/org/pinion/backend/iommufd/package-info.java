/**
 * IO address spaces over iommufd ({@code /dev/iommu}) and the VFIO device cdev. A session is one iommufd with one IOAS
 * that devices use, and one more for each set of devices set apart; {@link org.pinion.backend.iommufd.IommuFd} issues
 * its ioctls, the classes named {@code …Causes} say in words why one was refused.
 */
package org.pinion.backend.iommufd;
