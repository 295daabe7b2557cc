package org.pinion.doctor.facts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.sysfs.IommuGroup;
import org.pinion.linux.sysfs.IommuGroups;

/** Reads what {@code /sys} tells about IOMMU groups, and tries their files. */
final class GroupReader {

    private static final String GROUPS = "/sys/kernel/iommu_groups";

    /** What the kernel calls the groups that VFIO makes for devices without an IOMMU (drivers/vfio/group.c). */
    private static final String WITHOUT_IOMMU = "vfio-noiommu";

    private final HostFiles files;

    GroupReader(HostFiles files) {
        this.files = files;
    }

    List<GroupFacts> read(List<DeviceFacts> devices) {
        List<String> mediated =
                devices.stream().filter(DeviceFacts::mediated).map(DeviceFacts::address).toList();
        List<String> nodes = files.names("/dev/vfio");
        IommuGroups groups = new IommuGroups(files.kernel());
        List<GroupFacts> found = new ArrayList<>();
        for (String name : files.names(GROUPS)) {
            String path = GROUPS + "/" + name;
            files.reading(path, () -> groups.find((int) Numbers.decimal(path, name)))
                    .flatMap(group -> group)
                    .ifPresent(group -> found.add(of(group, mediated, nodes)));
        }
        found.sort(Comparator.comparingInt(GroupFacts::number));
        return List.copyOf(found);
    }

    private GroupFacts of(IommuGroup group, List<String> mediated, List<String> nodes) {
        String number = Integer.toString(group.number());
        boolean translated = !mediated.containsAll(group.devices())
                && !files.word(GROUPS + "/" + number + "/name").equals(WITHOUT_IOMMU);
        Optional<NodeAccess> node = nodes.contains(number)
                ? Optional.of(files.open("/dev/vfio/" + number))
                : Optional.empty();
        return new GroupFacts(group.number(), group.devices(), group.reserved(), translated, node);
    }
}
