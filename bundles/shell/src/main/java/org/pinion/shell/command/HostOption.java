package org.pinion.shell.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which host to work on. The launcher acts on it: a kernel has to be chosen before any bundle starts. */
final class HostOption {

    @Option(
            names = "--host",
            paramLabel = "FILE",
            description = "Work on the emulated host that FILE describes, whatever this machine has. Without it: this"
                    + " machine, or a small emulated host if it has neither /dev/iommu nor /dev/vfio/vfio.")
    private Path host;
}
