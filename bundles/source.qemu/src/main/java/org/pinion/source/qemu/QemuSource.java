package org.pinion.source.qemu;

import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/**
 * Reads the flat view of a QEMU guest from a capture ({@code mtree}, {@code memory-devices}), from a running QEMU
 * ({@code qmp}), or all that one showed to its devices from a recording ({@code trace}). Stateless, so safe for any
 * number of threads.
 */
@Component
@SourceType("qemu")
public final class QemuSource implements MemorySource {

    @Override
    public FlatView read(Map<String, String> settings) throws IommuException {
        return history(settings).getLast();
    }

    /** A recording has many views; captures and a running QEMU show the one of their moment. */
    @Override
    public List<FlatView> history(Map<String, String> settings) throws IommuException {
        QemuSettings wanted = QemuSettings.parse(settings);
        return wanted.trace().isPresent() ? ListenerTrace.read(wanted.trace().get()) : List.of(now(wanted));
    }

    private static FlatView now(QemuSettings wanted) throws IommuException {
        Capture capture = wanted.qmp().isPresent()
                ? QmpCapture.take(wanted.qmp().get())
                : Capture.read(wanted.mtree().orElseThrow(), wanted.memoryDevices());
        return capture.flatView(wanted.addressSpace());
    }
}
