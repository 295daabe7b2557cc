package org.pinion.shell.command;

import picocli.CommandLine.Option;

/** Which backend to use. */
final class BackendOption {

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "iommufd",
            description = "The backend to use, such as vfio (default: iommufd).")
    private String backend;

    String name() {
        return backend;
    }
}
