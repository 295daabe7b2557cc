package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.KernelConfig;
import org.pinion.doctor.facts.KernelFacts;
import org.pinion.doctor.facts.KernelPart;

/** What the kernel was built with and what that allows. */
final class KernelRules {

    private static final List<String> OPTIONS = List.of(
            "IOMMUFD", "VFIO", "VFIO_DEVICE_CDEV", "VFIO_GROUP", "VFIO_CONTAINER", "VFIO_IOMMU_TYPE1", "VFIO_PCI",
            "VFIO_PCI_DMABUF", "PCI_P2PDMA", "INTEL_IOMMU", "AMD_IOMMU", "VIRTIO_IOMMU", "ARM_SMMU_V3");

    private final KernelFacts kernel;

    private KernelRules(KernelFacts kernel) {
        this.kernel = kernel;
    }

    static List<Finding> of(HostFacts host) {
        KernelRules rules = new KernelRules(host.kernel());
        List<Finding> findings = new ArrayList<>();
        findings.add(rules.release());
        findings.add(rules.options());
        rules.cdev().ifPresent(findings::add);
        rules.driver().ifPresent(findings::add);
        findings.add(rules.peerToPeer(host));
        return findings;
    }

    private Finding release() {
        String type = kernel.type().equals("emulated") ? " (emulated: this is not the machine)" : "";
        return Note.of(Level.OK, "kernel.release", "kernel").found(kernel.description() + type).finding();
    }

    private Finding options() {
        KernelConfig config = kernel.config();
        if (!config.known()) {
            return Note.of(Level.INFO, "kernel.options", "kernel options")
                    .found("neither /proc/config.gz nor /boot/config-"
                            + (kernel.release().isEmpty() ? "RELEASE" : kernel.release()) + " can be read")
                    .means("what the kernel was built with is judged by what exists")
                    .finding();
        }
        Stream<String> chosen = OPTIONS.stream().map(name -> name + "=" + config.value(name).orElseThrow());
        return Note.of(Level.OK, "kernel.options", "kernel options")
                .found(String.join(" ", chosen.toList()))
                .in(config.source())
                .finding();
    }

    private Optional<Finding> cdev() {
        boolean without = kernel.config().value("VFIO_DEVICE_CDEV").filter("n"::equals).isPresent()
                && kernel.config().value("IOMMUFD").filter(value -> !value.equals("n")).isPresent();
        return without ? Optional.of(Note.of(Level.WARNING, "kernel.cdev", "device files")
                .found("the kernel was built without CONFIG_VFIO_DEVICE_CDEV")
                .in(kernel.config().source())
                .means("devices have no files of their own (/dev/vfio/devices/vfioN), which backend iommufd needs")
                .remedy("use backend vfio, or a kernel that has it (Linux 6.6 and later)")
                .finding()) : Optional.empty();
    }

    private Optional<Finding> driver() {
        Note note = Note.of(Level.WARNING, "kernel.vfio-pci", "driver vfio-pci");
        return switch (kernel.presence(KernelPart.VFIO_PCI)) {
            case THERE -> Optional.of(Note.of(Level.OK, "kernel.vfio-pci", "driver vfio-pci")
                    .found("is there")
                    .finding());
            case LOADABLE -> Optional.of(note.found("is not loaded")
                    .means("no PCI function can be bound to it yet")
                    .remedy("load it", "modprobe vfio-pci")
                    .finding());
            case ABSENT -> Optional.of(note.found("the kernel was built without CONFIG_VFIO_PCI")
                    .in(kernel.config().source())
                    .means("no PCI function can be handed to user space")
                    .remedy("use a kernel that has it")
                    .finding());
            case UNKNOWN -> Optional.empty();
        };
    }

    private Finding peerToPeer(HostFacts host) {
        Note note = Note.of(Level.INFO, "p2p", "P2P (BARs as DMA targets)");
        Optional<String> option = kernel.config().value("VFIO_PCI_DMABUF");
        if (kernel.olderThan(6, 19) || option.filter("n"::equals).isPresent()) {
            return note.found(option.isPresent() && !kernel.olderThan(6, 19)
                            ? "the kernel was built without CONFIG_VFIO_PCI_DMABUF"
                            : "Linux " + kernel.release() + " cannot export a BAR as dma-buf")
                    .in(option.isPresent() ? kernel.config().source() : "")
                    .means("on backend iommufd no device reaches another device's BAR")
                    .remedy("a kernel from 6.19 on with CONFIG_VFIO_PCI_DMABUF, if devices are to reach each other's"
                            + " memory")
                    .finding();
        } else if (option.isEmpty()) {
            return note.found("unknown: it depends on CONFIG_VFIO_PCI_DMABUF (Linux 6.19 and later), and the kernel's"
                            + " options cannot be read")
                    .means("the limits of a device, where it can be asked for them, say which of its BARs others reach")
                    .finding();
        }
        return Note.of(host.iommufd().opens() ? Level.OK : Level.INFO, "p2p", "P2P (BARs as DMA targets)")
                .found("CONFIG_VFIO_PCI_DMABUF=" + option.get()
                        + (host.iommufd().opens() ? "" : ", but it needs " + host.iommufd().path()))
                .in(kernel.config().source())
                .means("a vfio-pci device's BAR can be mapped as dma-buf; whether the hardware routes such DMA is up to"
                        + " the PCI topology")
                .finding();
    }
}
