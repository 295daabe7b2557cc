package org.pinion.source.qemu;

import java.util.Map;
import org.pinion.spi.source.MemorySource;
import org.pinion.testkit.SourceContract;

/** What every source must keep, on the capture of a real machine. */
class QemuSourceContractTest extends SourceContract {

    private final MemorySource source = new QemuSource();

    @Override
    protected MemorySource source() {
        return source;
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "mtree", Captures.path("q35-base.mtree-owners"),
                "memory-devices", Captures.path("q35-base.memory-devices.json"));
    }

    @Override
    protected Map<String, String> nothing() {
        return Map.of("mtree", Captures.path("no-such-machine.mtree"));
    }
}
