package org.pinion.doctor.facts;

import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;

/**
 * All that was read about a host.
 *
 * @param user who this process runs as
 * @param kernel the kernel
 * @param iommufd what came of opening {@code /dev/iommu}
 * @param vfio what came of opening {@code /dev/vfio/vfio}
 * @param iommu the IOMMUs
 * @param memory what limits the memory that devices can reach
 * @param groups the IOMMU groups, sorted by number
 * @param devices the devices, PCI functions first
 * @param container the file that tells that this is a container; empty if it is none
 * @param unreadable the files that are there and could not be read
 */
public record HostFacts(
        String user,
        KernelFacts kernel,
        NodeAccess iommufd,
        NodeAccess vfio,
        IommuFacts iommu,
        MemoryFacts memory,
        List<GroupFacts> groups,
        List<DeviceFacts> devices,
        Optional<String> container,
        List<Unreadable> unreadable) {

    /** Copies the lists. */
    public HostFacts {
        groups = List.copyOf(groups);
        devices = List.copyOf(devices);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * Reads all of it. Opens device files, and closes them at once.
     *
     * @param kernel whose files
     * @param user who this process runs as
     * @return what they tell now
     */
    public static HostFacts read(Kernel kernel, String user) {
        HostFiles files = new HostFiles(kernel);
        List<DeviceFacts> devices = new DeviceReader(files).read();
        KernelFacts kernelFacts = new KernelReader(files).read();
        NodeAccess iommufd = files.open("/dev/iommu");
        NodeAccess vfio = files.open("/dev/vfio/vfio");
        IommuFacts iommu = IommuReader.read(files);
        MemoryFacts memory = new MemoryReader(files).read();
        List<GroupFacts> groups = new GroupReader(files).read(devices);
        Optional<String> container = ContainerReader.read(files);
        return new HostFacts(
                user, kernelFacts, iommufd, vfio, iommu, memory, groups, devices, container, files.unreadable());
    }

    /** {@return whether there is an IOMMU that translates for devices} */
    public boolean hasIommu() {
        return groups.stream().anyMatch(GroupFacts::translated);
    }

    /**
     * @param device a device
     * @return its group, if it has one
     */
    public Optional<GroupFacts> groupOf(DeviceFacts device) {
        return groups.stream()
                .filter(group -> device.group().isPresent() && group.number() == device.group().getAsInt())
                .findFirst();
    }

    /**
     * @param address a device's address
     * @return the device, if it is there
     */
    public Optional<DeviceFacts> device(String address) {
        return devices.stream().filter(device -> device.address().equals(address)).findFirst();
    }
}
