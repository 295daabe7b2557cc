package org.pinion.doctor.judge;

import java.util.List;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;

/** What a container must be given. */
final class ContainerRules {

    private ContainerRules() {}

    static List<Finding> of(HostFacts host) {
        return host.container()
                .map(source -> Note.of(Level.INFO, "container", "container")
                        .found("this looks like a container")
                        .in(source)
                        .means("it has the host's kernel, and of its devices only those that it is given; modules are"
                                + " loaded and devices are bound on the host")
                        .remedy("start it with the files of the interface and of the devices, and without a limit on"
                                + " locked memory: docker run --device /dev/iommu --device /dev/vfio/vfio"
                                + " --device /dev/vfio/GROUP --device /dev/vfio/devices/vfioN --ulimit memlock=-1:-1")
                        .finding())
                .stream()
                .toList();
    }

    static Remedy pass(String path) {
        return Remedy.of("give the file to the container when it is started: docker run --device " + path);
    }
}
