package org.pinion.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.KernelLink;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.backend.Particulars;

/** A backend that keeps its mappings in a list, on a host of its own. */
class ListBackend implements IommuBackend {

    static final String DEVICE = "0000:00:10.0";
    static final int VERSION = 1;
    static final RangeSet USABLE =
            RangeSet.of(new AddressRange(0, 0xfedfffffL), new AddressRange(0xfef00000L, 0x7fffffffffL));

    private static final HostDevice LISTED = new HostDevice(DEVICE, "a device", 1, "list", false);

    /** What is open, by who has opened it. */
    final Map<String, Object> open = new ConcurrentHashMap<>();

    /** The kernel's own list of what handed over sessions have mapped. */
    private final Map<Integer, ListSession> files = new HashMap<>();

    @Override
    public Availability probe() {
        return new Availability(true, "emulated", "keeps mappings in a list");
    }

    @Override
    public List<HostDevice> devices() {
        return List.of(LISTED);
    }

    @Override
    public BackendSession open(String name) throws IommuException {
        return session(name);
    }

    /** {@return an empty session; wrong backends make others} */
    ListSession session(String name) {
        return new ListSession(this, name);
    }

    @Override
    public Set<Integer> adopts() {
        return Set.of(VERSION);
    }

    HandOver handOver(ListSession session) {
        int fd = files.size();
        files.put(fd, session);
        return new HandOver(
                VERSION,
                new KernelLink(this, this::close, _ -> 0),
                List.of(),
                List.of(new OpenFile("list", fd)),
                Particulars.of(Map.of()));
    }

    private int close(int fd) {
        ListSession left = files.remove(fd);
        left.letGo();
        return 0;
    }

    @Override
    public BackendSession adopt(String name, HandOver handOver) throws IommuException {
        handOver.requireKernel(this, "adopt '" + name + "'");
        if (handOver.version() != VERSION || handOver.files().isEmpty()) {
            throw new IommuException("adopt '" + name + "'", "no list of this version is handed over", "");
        }
        return adopted(session(name), files.get(handOver.fd("list")));
    }

    ListSession adopted(ListSession next, ListSession before) {
        next.takeOver(before);
        return next;
    }
}
