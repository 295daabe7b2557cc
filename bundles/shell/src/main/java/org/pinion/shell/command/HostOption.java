package org.pinion.shell.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which host and kernel to work on. The launcher acts on it: a kernel is chosen before any bundle starts. */
final class HostOption {

    @Option(
            names = "--host",
            paramLabel = "FILE",
            description = "Work on the emulated host that FILE describes, whatever this machine has. Without it: this"
                    + " machine, or a small emulated host if it has neither /dev/iommu nor /dev/vfio/vfio.")
    private Path host;

    @Option(
            names = "--emulate",
            paramLabel = "RELEASE",
            description = "Work on an emulated kernel with the interface of that release of Linux, whatever this"
                    + " machine has: 7.3, or 6.12, which maps no files and has no dma-bufs. On the host that --host"
                    + " describes, or on the small one.")
    private String release;
}
