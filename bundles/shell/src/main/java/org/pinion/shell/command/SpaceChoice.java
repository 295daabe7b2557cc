package org.pinion.shell.command;

import java.util.List;
import org.pinion.api.SpaceOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which kind of address space to open. */
final class SpaceChoice {

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "strict",
            description = "What to map: strict (only memory known to be safe), qemu (what QEMU would map), or another"
                    + " policy that is there. May be given several times; where policies disagree, refuse beats skip"
                    + " beats map (default: strict).")
    private List<String> policies;

    @Mixin
    private BackendOption backend;

    SpaceOptions named(String name) {
        return new SpaceOptions(name, backend.name(), policies);
    }

    String backend() {
        return backend.name();
    }
}
