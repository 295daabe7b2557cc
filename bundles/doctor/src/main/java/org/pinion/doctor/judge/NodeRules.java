package org.pinion.doctor.judge;

import java.util.List;
import java.util.Optional;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.KernelPart;
import org.pinion.doctor.facts.NodeAccess;
import org.pinion.doctor.facts.Presence;
import org.pinion.linux.Errno;

/** Whether the kernel's two interfaces can be opened. One of them is enough. */
final class NodeRules {

    private NodeRules() {}

    static List<Finding> of(HostFacts host) {
        return List.of(
                of(host, host.iommufd(), "node.iommu", KernelPart.IOMMUFD, "iommufd, the newer interface"),
                of(host, host.vfio(), "node.vfio", KernelPart.VFIO, "VFIO containers, the older interface"));
    }

    private static Finding of(HostFacts host, NodeAccess node, String id, KernelPart part, String what) {
        if (node.opens()) {
            return Note.of(Level.OK, id, node.path()).found("can be opened: " + what).finding();
        }
        boolean other = host.iommufd().opens() || host.vfio().opens();
        Errno errno = node.refusal().orElseThrow();
        Remedy remedy = errno == Errno.ENOENT
                ? missing(host, node, part)
                : NodeRemedies.of(host, node, Optional.of(part));
        return Note.of(other ? Level.INFO : Level.PROBLEM, id, node.path())
                .found(NodeRemedies.words(errno))
                .means(other
                        ? what + ", cannot be used; the other one can"
                        : "neither " + host.iommufd().path() + " nor " + host.vfio().path()
                                + " can be opened, and a program needs one of them; this one is " + what)
                .remedy(remedy.words(), remedy.commands())
                .finding();
    }

    private static Remedy missing(HostFacts host, NodeAccess node, KernelPart part) {
        Presence presence = host.kernel().presence(part);
        return switch (presence) {
            case THERE -> withoutNode(host, node);
            case LOADABLE -> Remedy.of("load the module", modprobe(part));
            case ABSENT -> Remedy.of("use a kernel built with CONFIG_" + part.option() + since(part)
                    + "; this one was not (" + host.kernel().config().source() + ")");
            case UNKNOWN -> Remedy.of(
                    "load the module" + (host.container().isPresent() ? " on the host" : "")
                            + "; if there is none, use a kernel built with CONFIG_" + part.option() + since(part),
                    modprobe(part));
        };
    }

    private static String modprobe(KernelPart part) {
        return part == KernelPart.VFIO ? "modprobe -a vfio vfio_iommu_type1 vfio-pci" : "modprobe " + part.module();
    }

    private static String since(KernelPart part) {
        return part == KernelPart.IOMMUFD ? " (Linux 6.2 and later; kernels of Debian lack it)" : "";
    }

    private static Remedy withoutNode(HostFacts host, NodeAccess node) {
        return host.container().isPresent()
                ? ContainerRules.pass(node.path())
                : Remedy.of("the driver is there, and its file is not: let devtmpfs or udev make it",
                        "mount -t devtmpfs dev /dev");
    }
}
