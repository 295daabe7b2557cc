package org.pinion.doctor.judge;

import java.util.List;
import java.util.Optional;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.KernelPart;
import org.pinion.doctor.facts.NodeAccess;
import org.pinion.linux.Errno;

/** What helps where a device's file is there and cannot be opened. */
final class NodeRemedies {

    private NodeRemedies() {}

    static String words(Errno errno) {
        return switch (errno) {
            case ENOENT -> "is not there";
            case EACCES -> "cannot be opened for reading and writing: permission denied";
            case EBUSY -> "is in use by another process (EBUSY)";
            default -> "cannot be opened: " + errno.text() + " (" + errno + ")";
        };
    }

    static Remedy permission(HostFacts host, List<String> paths) {
        return Remedy.of(
                "let " + host.user() + " open it, for now as below, for good by a udev rule with GROUP= and"
                        + " MODE=\"0660\"",
                "setfacl -m u:" + host.user() + ":rw " + String.join(" ", paths));
    }

    static Remedy of(HostFacts host, NodeAccess node, Optional<KernelPart> behind) {
        Errno errno = node.refusal().orElseThrow();
        return switch (errno) {
            case EACCES -> permission(host, List.of(node.path()));
            case EPERM -> host.container().isPresent()
                    ? ContainerRules.pass(node.path())
                    : Remedy.of("allow the device in the process's control group"
                            + " (for a service of systemd: DeviceAllow=" + node.path() + " rw)");
            case EBUSY -> Remedy.of("end the program that has it open", "fuser -v " + node.path());
            case ENODEV, ENXIO -> behind
                    .map(part -> Remedy.of("the file has no driver behind it: load the module",
                            "modprobe " + part.module()))
                    .orElse(Remedy.of("the device is gone; look at the kernel's log", "dmesg | tail"));
            default -> Remedy.of("look at the kernel's log", "dmesg | tail");
        };
    }
}
