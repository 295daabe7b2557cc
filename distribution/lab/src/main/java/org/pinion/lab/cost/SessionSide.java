package org.pinion.lab.cost;

import java.util.Optional;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/** A session of the backend, used as the core uses it. */
final class SessionSide implements Side {

    private final Scene scene;
    private final BackendSession session;
    private final Optional<String> device;

    SessionSide(Scene scene, IommuBackend backend) throws IommuException {
        this.scene = scene;
        this.session = backend.open("cost of a session");
        this.device = scene.device();
    }

    @Override
    public long round(Work work, long base) throws IommuException {
        Mapping[] mappings = mappings(work, base);
        if (device.isPresent()) {
            session.preflight(device.get());
            session.attach(device.get());
        }
        run(mappings, work, 1);
        long taken = run(mappings, work, work.pairs());
        if (device.isPresent()) {
            session.detach(device.get());
        }
        return taken;
    }

    private Mapping[] mappings(Work work, long base) {
        Mapping[] mappings = new Mapping[work.slots() + work.chunks() - 1];
        for (int piece = 0; piece < mappings.length; piece++) {
            AddressRange range = AddressRange.ofSize(work.iova(base, piece), work.size());
            mappings[piece] =
                    new Mapping(range, Access.READ_WRITE, scene.route(), scene.backing(work.offset(piece)));
        }
        return mappings;
    }

    private long run(Mapping[] mappings, Work work, int pairs) throws IommuException {
        long start = System.nanoTime();
        for (int pair = 0; pair < pairs; pair++) {
            int first = pair % work.slots();
            for (int piece = first; piece < first + work.chunks(); piece++) {
                session.map(mappings[piece]);
            }
            for (int piece = first; piece < first + work.chunks(); piece++) {
                session.unmap(mappings[piece]);
            }
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() throws IommuException {
        session.close();
    }
}
