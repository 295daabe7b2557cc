package org.pinion.device;

/**
 * A device that a hot reset resets too ({@code struct vfio_pci_dependent_device}).
 *
 * @param address its PCI address, such as {@code 0000:00:10.0}
 * @param id its id in the iommufd that the asking device is bound to, or the number of its group if it asks without
 *     one; 0 for one that belongs to the same owner without being open, -1 for one that belongs to nobody
 */
public record DependentDevice(String address, int id) {}
